// OpenSSL 3 deprecates its plain functions; the way around them looks the algorithm up on each call.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "codec/sha256.hpp"

#include <openssl/sha.h>

namespace wgw {

std::array<std::uint8_t, 32> sha256(std::string_view bytes)
{
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
    SHA256_CTX sha;
    ::SHA256_Init(&sha);
    ::SHA256_Update(&sha, bytes.data(), bytes.size());
    ::SHA256_Final(digest.data(), &sha);
    return digest;
}

}  // namespace wgw
