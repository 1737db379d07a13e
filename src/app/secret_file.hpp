#pragma once
/// Secrets that the operator keeps in files: <NAME>_FILE, and systemd's credentials.
///
/// Shape   the bytes of the file, without one line break at its end; 4,096 at most
/// Errors  OptionError, which never says what is in the file
/// Tests   secret_file_test.cpp

#include <optional>
#include <string>
#include <string_view>

namespace wgw::app {

/// `name`: of the setting, for the sentence.
std::string read_secret_file(std::string_view name, const std::string& path);

/// The path of the credential for the setting `name`, if there is one: `jwt_secret` of JWT_SECRET. `folder` is
/// $CREDENTIALS_DIRECTORY, or empty.
std::optional<std::string> credential_file(std::string_view folder, std::string_view name);

}  // namespace wgw::app
