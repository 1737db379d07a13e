#include "docs/site.hpp"

#include "codec/compress.hpp"
#include "codec/embedded_file.hpp"
#include "codec/file_response.hpp"
#include "codec/yaml.hpp"

#include <algorithm>
#include <array>
#include <cassert>

extern const wgw::EmbeddedFile wgw_docs_pages[];
extern const wgw::EmbeddedFile wgw_swagger_ui[];

namespace wgw::docs {
namespace {

using Maker = std::function<std::string()> Site::Documents::*;

constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kCss = "text/css; charset=utf-8";
constexpr std::string_view kScript = "application/javascript; charset=utf-8";
constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kJson = "application/json; charset=utf-8";
constexpr std::string_view kYaml = "text/yaml";

// Styles may stand inside of elements: Swagger UI has some, and they run nothing. `data:`: its icons.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace

struct Site::Entry {
    std::string_view path;
    std::string_view content_type;
    std::string_view file = {};  ///< In the program; empty: it is made.
    Maker maker = nullptr;
    bool recorded = false;
};

namespace {

constexpr Site::Entry kEntries[] = {
    {.path = "/docs", .content_type = kHtml, .file = "index.html", .recorded = true},
    {.path = "/docs/", .content_type = kHtml, .file = "index.html", .recorded = true},
    {.path = "/docs/index.html", .content_type = kHtml, .file = "index.html", .recorded = true},
    {.path = "/docs/start.js", .content_type = kScript, .file = "start.js"},
    {.path = "/docs/swagger-ui-bundle.js", .content_type = kScript, .file = "swagger-ui-bundle.js"},
    {.path = "/docs/swagger-ui.css", .content_type = kCss, .file = "swagger-ui.css"},
    {.path = "/docs/favicon-32x32.png", .content_type = "image/png", .file = "favicon-32x32.png"},
    {.path = "/docs/swagger-ui-bundle.js.LICENSE.txt", .content_type = kText, .file = "swagger-ui-bundle.js.LICENSE.txt"
    },
    {.path = "/docs/LICENSE", .content_type = kText, .file = "LICENSE"},
    {.path = "/docs/NOTICE", .content_type = kText, .file = "NOTICE"},
    {.path = "/docs/events", .content_type = kHtml, .maker = &Site::Documents::events_page},
    {.path = "/docs/events.css", .content_type = kCss, .file = "events.css"},
    {.path = "/docs-json", .content_type = kJson, .maker = &Site::Documents::recorded_openapi, .recorded = true},
    {.path = "/docs-yaml", .content_type = kYaml, .maker = &Site::Documents::recorded_openapi, .recorded = true},
    {.path = "/openapi.json", .content_type = kJson, .maker = &Site::Documents::openapi},
    {.path = "/openapi.yaml", .content_type = kYaml, .maker = &Site::Documents::openapi},
    {.path = "/asyncapi.json", .content_type = kJson, .maker = &Site::Documents::asyncapi},
};

const EmbeddedFile* find(std::string_view name)
{
    for (const auto* files : {wgw_docs_pages, wgw_swagger_ui})
        for (const auto* file = files; file->name != nullptr; ++file)
            if (file->name == name)
                return file;
    return nullptr;
}

}  // namespace

Site::Site(Documents documents) : documents_(std::move(documents)) {}

std::string_view Site::packed(const Entry& entry)
{
    if (entry.maker == nullptr) {
        const EmbeddedFile* file = find(entry.file);
        assert(file != nullptr && "src/docs/CMakeLists.txt names the files");
        return file->gzip();
    }
    auto& made = made_[entry.path];
    if (made.empty()) {
        std::string text = (documents_.*entry.maker)();
        made = compress(entry.content_type == kYaml ? yaml_of(text) : text, ContentCoding::gzip);
    }
    return made;
}

std::optional<HttpResponse> Site::answer(const HttpRequest& request)
{
    const auto* entry = std::ranges::find(kEntries, request.path(), &Entry::path);
    if (entry == std::end(kEntries) || (request.method != "GET" && request.method != "HEAD"))
        return {};
    const auto gzip = packed(*entry);
    // A page or a document changes with the program and its settings: whoever has it asks whether it is still that.
    HttpResponse response = file_response(
        request, gzip, {entry->content_type, "no-cache", entry->recorded ? std::string() : etag_of(gzip)}
    );
    response.headers.emplace_back("x-content-type-options", "nosniff");
    if (entry->content_type == kHtml) {
        response.headers.emplace_back("content-security-policy", kPolicy);
        response.headers.emplace_back("referrer-policy", "no-referrer");
    }
    return response;
}

}  // namespace wgw::docs
