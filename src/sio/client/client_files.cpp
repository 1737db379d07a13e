#include "sio/client/client_files.hpp"

#include "codec/embedded_file.hpp"
#include "codec/file_response.hpp"

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

}  // namespace

std::string_view client_version() { return WGW_CLIENT_VERSION; }

std::optional<HttpResponse> client_file(std::string_view name, const HttpRequest& request)
{
    const EmbeddedFile* file = find(name);
    if (file == nullptr || (request.method != "GET" && request.method != "HEAD"))
        return {};
    const std::string_view content_type =
        name.ends_with(".map") ? "application/json; charset=utf-8" : "application/javascript; charset=utf-8";
    const std::string etag = std::string("\"").append(client_version()).append("\"");
    return file_response(request, file->gzip(), {content_type, "public, max-age=0", etag});
}

}  // namespace wgw::sio
