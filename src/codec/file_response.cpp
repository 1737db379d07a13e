#include "codec/file_response.hpp"

#include "codec/compress.hpp"

namespace wgw {
namespace {

bool is_known_to(const HttpRequest& request, std::string_view etag)
{
    const auto known = request.header("if-none-match");
    return !etag.empty() && known && (*known == etag || *known == std::string("W/").append(etag));
}

}  // namespace

HttpResponse file_response(const HttpRequest& request, std::string_view gzip, const FileKind& kind)
{
    HttpResponse response;
    if (is_known_to(request, kind.etag)) {
        response.status = 304;
        return response;
    }
    response.content_type = kind.content_type;
    response.headers.emplace_back("cache-control", kind.cache_control);
    if (!kind.etag.empty())
        response.headers.emplace_back("etag", kind.etag);
    response.headers.emplace_back("vary", "Accept-Encoding");
    if (content_coding(request.header("accept-encoding").value_or("")) == ContentCoding::gzip) {
        response.headers.emplace_back("content-encoding", "gzip");
        response.body = gzip;
    } else {
        response.body = gunzip(gzip);
    }
    return response;
}

std::string etag_of(std::string_view gzip)
{
    constexpr std::size_t kTrailer = 8;  // RFC 1952 §2.3.1: CRC-32, length modulo 2^32
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string etag = "\"";
    for (const char c : gzip.substr(gzip.size() - std::min(gzip.size(), kTrailer))) {
        etag += kDigits[static_cast<unsigned char>(c) >> 4U];
        etag += kDigits[static_cast<unsigned char>(c) & 15U];
    }
    return etag += '"';
}

}  // namespace wgw
