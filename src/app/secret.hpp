#pragma once
/// The key that signs tokens where the operator gave none: 32 random bytes, made once, kept in the data folder.
///
/// Shape   file `jwt_secret`, 64 hex digits and a line break, mode 0600; `jwt_secret.previous` is the one before it
/// Errors  std::runtime_error with a sentence that says what to do: the file is damaged or cannot be read or written
/// Tests   secret_test.cpp

#include "base/random.hpp"
#include "base/time.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace wgw::app {

struct Secret {
    std::string key;
    bool made = false;          ///< Just now: tokens of before, if there were any, are void.
    std::string previous = {};  ///< The one before a rotation; empty: none.
};

/// The one that is there already, if it is. Throws as below.
std::optional<Secret> load_secret(const std::filesystem::path& folder);

/// Written so that a power cut leaves the whole file or none.
Secret load_or_make_secret(const std::filesystem::path& folder, Random& random);

/// Tells keys apart without saying anything of them: 8 hex digits.
std::string key_mark(std::string_view key);

/// When the key was last rotated, and the one before it is still there. Nothing: it was not, or that key is gone.
std::optional<Timestamp> rotated_at(const std::filesystem::path& folder);

/// Makes another one; the present becomes the previous. Whatever is cut off in between, there is a key, and no token of
/// the present one becomes void. Throws also if there is none yet.
void rotate_secret(const std::filesystem::path& folder, Random& random);

}  // namespace wgw::app
