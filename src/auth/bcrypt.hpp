#pragma once
/// bcrypt hashes that the original has stored: verified, never made.
///
/// Shape     $2a$ or $2b$, two digits of cost, $, 53 characters
/// Bounds    cost 4 to 14: above it a sign-in would hold the hash thread for more than a second. As in bcrypt, only the
///           first 72 bytes of a password count
/// Errors    a malformed hash, or a password with a NUL byte, compares false
/// Blocking  some 55 ms at cost 10
/// Tests     bcrypt_test.cpp

#include <string>
#include <string_view>

namespace wgw::auth {

inline constexpr std::size_t kBcryptBytes = 72;

/// Is `hash` one that bcrypt_verify() could accept?
bool is_bcrypt(std::string_view hash);

bool bcrypt_verify(const std::string& password, std::string_view hash);

}  // namespace wgw::auth
