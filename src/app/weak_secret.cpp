#include "app/weak_secret.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <bitset>

namespace wgw::app {
namespace {

constexpr std::array<std::string_view, 10> kKnownWords{"wegowhere",  "secret",    "changeme", "password", "passw0rd",
                                                       "jwt_secret", "jwtsecret", "guest",    "admin",    "root"};
constexpr std::size_t kLeastBytes = 32;

/// 32 random hex digits have fewer once in 10^12 times.
constexpr std::size_t kLeastDifferent = 6;

std::size_t different(std::string_view text)
{
    std::bitset<256> seen;
    for (const char c : text)
        seen.set(static_cast<unsigned char>(c));
    return seen.count();
}

}  // namespace

bool is_known_word(std::string_view secret)
{
    return std::ranges::find(kKnownWords, lower(secret)) != kKnownWords.end();
}

std::string weakness_of(std::string_view name, std::string_view secret)
{
    const std::string setting(name);
    if (secret.empty())
        return {};
    if (is_known_word(secret))
        return setting + " is a well-known word: anybody could sign in as anybody.";
    if (secret.size() < kLeastBytes)
        return setting + " has " + std::to_string(secret.size()) + " bytes.";
    if (const auto count = different(secret); count < kLeastDifferent)
        return setting + " has only " + std::to_string(count) +
               (count == 1 ? " character, again and again." : " different characters.");
    return {};
}

}  // namespace wgw::app
