#pragma once
/// What browsers and tools are handed under /docs, /docs-json, /docs-yaml, /openapi.*, /asyncapi.json: Swagger UI, a
/// page of the events, and the documents themselves.
///
/// Files are in the program, packed. Documents are made when they are first asked for, and kept packed.
/// Pages     allow no script but their own file (Content-Security-Policy), no frame around them, no request elsewhere
/// Recorded  /docs, /docs-json, /docs-yaml have no ETag, as recorded; everything else has one
/// Source    npm swagger-ui-dist, web/docs; what the original serves: tests/golden
/// Tests     site_test.cpp, tests/golden (rest-docs), tests/e2e/documents.test.mjs

#include "codec/http_request.hpp"
#include "codec/http_response.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace wgw::docs {

class Site {
public:
    /// Makers of the texts: JSON, but for the page.
    struct Documents {
        std::function<std::string()> recorded_openapi;
        std::function<std::string()> openapi;
        std::function<std::string()> asyncapi;
        std::function<std::string()> events_page;
    };

    explicit Site(Documents documents);

    /// What `request` is answered, if it is a GET or HEAD of something here.
    std::optional<HttpResponse> answer(const HttpRequest& request);

    struct Entry;  ///< What there is at a path.

private:
    std::string_view packed(const Entry& entry);

    Documents documents_;
    std::map<std::string_view, std::string> made_;  ///< By path, packed.
};

}  // namespace wgw::docs
