#include "auth/bcrypt.hpp"

#include <sodium.h>

#include <crypt.h>
#include <memory>

namespace wgw::auth {
namespace {

constexpr std::size_t kPrefix = 4;  // "$2b$"
constexpr std::string_view kAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool is_cost(std::string_view digits)
{
    return digits >= "04" && digits <= "14" && digits[1] >= '0' && digits[1] <= '9';
}

}  // namespace

bool is_bcrypt(std::string_view hash)
{
    return hash.size() == 60 && (hash.starts_with("$2a$") || hash.starts_with("$2b$")) &&
           is_cost(hash.substr(kPrefix, 2)) && hash[6] == '$' &&
           hash.find_first_not_of(kAlphabet, 7) == std::string_view::npos;
}

bool bcrypt_verify(const std::string& password, std::string_view hash)
{
    if (!is_bcrypt(hash) || password.contains('\0'))  // libcrypt would stop at the NUL
        return false;
    // Both letters name the same function in the original's library; libcrypt treats some 8-bit passwords of $2a$
    // differently.
    std::string setting(hash);
    setting[2] = 'b';
    auto state = std::make_unique<crypt_data>();
    const char* computed = ::crypt_rn(password.c_str(), setting.c_str(), state.get(), sizeof *state);
    const bool right = computed != nullptr && std::string_view(computed).size() == setting.size() &&
                       ::sodium_memcmp(computed, setting.data(), setting.size()) == 0;
    ::sodium_memzero(state.get(), sizeof *state);
    return right;
}

}  // namespace wgw::auth
