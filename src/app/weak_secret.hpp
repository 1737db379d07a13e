#pragma once
/// Whether a secret can be guessed.
///
/// Pure.
/// Tests  weak_secret_test.cpp

#include <string>
#include <string_view>

namespace wgw::app {

/// Everybody tries it first: the original's default, and the words of a hundred examples.
bool is_known_word(std::string_view secret);

/// Why the key `secret` of the setting `name` is weak, as a sentence that does not show it. Empty: it is not, or empty.
std::string weakness_of(std::string_view name, std::string_view secret);

}  // namespace wgw::app
