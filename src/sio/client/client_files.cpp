#include "sio/client/client_files.hpp"

#include "codec/compress.hpp"
#include "codec/embedded_file.hpp"

extern const wgw::EmbeddedFile wgw_socket_io_client[];

namespace wgw::sio {
namespace {

const EmbeddedFile* find(std::string_view name)
{
    for (const auto* file = wgw_socket_io_client; file->name != nullptr; ++file)
        if (file->name == name)
            return file;
    return nullptr;
}

bool is_known_to(const HttpRequest& request, std::string_view etag)
{
    const auto known = request.header("if-none-match");
    return known && (*known == etag || *known == std::string("W/").append(etag));
}

}  // namespace

std::string_view client_version() { return WGW_CLIENT_VERSION; }

std::optional<HttpResponse> client_file(std::string_view name, const HttpRequest& request)
{
    const EmbeddedFile* file = find(name);
    if (file == nullptr || (request.method != "GET" && request.method != "HEAD"))
        return {};
    const std::string etag = std::string("\"").append(client_version()).append("\"");
    HttpResponse response;
    if (is_known_to(request, etag)) {
        response.status = 304;
        return response;
    }
    response.content_type =
        name.ends_with(".map") ? "application/json; charset=utf-8" : "application/javascript; charset=utf-8";
    response.headers.emplace_back("cache-control", "public, max-age=0");
    response.headers.emplace_back("etag", etag);
    response.headers.emplace_back("vary", "Accept-Encoding");
    if (content_coding(request.header("accept-encoding").value_or("")) == ContentCoding::gzip) {
        response.headers.emplace_back("content-encoding", "gzip");
        response.body = file->gzip();
    } else {
        response.body = gunzip(file->gzip());
    }
    return response;
}

}  // namespace wgw::sio
