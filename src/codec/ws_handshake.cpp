// SHA-1 here is part of a greeting and protects nothing. OpenSSL 3 deprecates its plain functions; the way around them
// looks the algorithm up on each call and reads 2 MB of the library into memory for it.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "codec/ws_handshake.hpp"

#include "base/ascii.hpp"
#include "codec/base64.hpp"
#include "codec/http_field.hpp"

#include <openssl/sha.h>

#include <array>

namespace wgw {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

}  // namespace

bool is_ws_upgrade(const HttpRequest& request)
{
    if (request.method != "GET" || request.minor != 1 || !request.wants_upgrade() || !request.body.empty())
        return false;
    if (lower(request.header("upgrade").value_or("")) != "websocket")
        return false;
    if (request.header("sec-websocket-version").value_or("") != "13")
        return false;
    const auto key = request.header("sec-websocket-key").value_or("");
    const auto bytes = key.size() == 24 ? base64_decode(key) : std::nullopt;
    return bytes && bytes->size() == 16;
}

std::string ws_accept(const HttpRequest& request)
{
    std::string head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    const auto protocols = request.header("sec-websocket-protocol").value_or("");
    if (const auto first = trim_field(protocols.substr(0, protocols.find(','))); is_http_token(first))
        head.append("Sec-WebSocket-Protocol: ").append(first).append("\r\n");

    const auto key = request.header("sec-websocket-key").value_or("");
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA_CTX sha;
    ::SHA1_Init(&sha);
    ::SHA1_Update(&sha, key.data(), key.size());
    ::SHA1_Update(&sha, kGuid.data(), kGuid.size());
    ::SHA1_Final(digest.data(), &sha);
    const std::string_view bytes(reinterpret_cast<const char*>(digest.data()), digest.size());
    return head.append("Sec-WebSocket-Accept: ").append(base64_encode(bytes)).append("\r\n\r\n");
}

}  // namespace wgw
