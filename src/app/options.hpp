#pragma once
/// Every variable of the program, in one table: name, default, sentence. .env.template is made from it.
///
/// Precedence  flags (set by the command line), environment, `.env` in the working folder, defaults
/// Empty       a variable that is set to an empty text counts as absent
/// Secrets     also from a file: <NAME>_FILE has its path; or the file <name> in systemd's $CREDENTIALS_DIRECTORY, in
///             lower case. One of them at a time
/// Errors      OptionError: a sentence for each value that is wrong, which names the variable and says what to do; exit
///             code 78
/// Tests       options_test.cpp

#include "base/log.hpp"
#include "base/time.hpp"
#include "codec/ip_address.hpp"
#include "model/limits.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::app {

struct OptionError : std::runtime_error {
    explicit OptionError(const std::string& sentence) : OptionError(std::vector{sentence}) {}
    /// At least one.
    explicit OptionError(std::vector<std::string> all);

    std::vector<std::string> sentences;
};

struct OptionRow {
    std::string_view name;
    std::string_view fallback;  ///< Empty: none.
    std::string_view sentence;
    bool is_secret = false;  ///< Never shown; may come from a file.
};

std::span<const OptionRow> option_table();

/// What is in force, and why.
struct Setting {
    std::string_view name;
    std::string value;  ///< Empty: not set, and there is no default. Of a secret only how long it is: `40 bytes`.
    bool is_secret = false;
    std::string origin;  ///< flag, environment, .env, default, or file and its path.
};

struct Settings {
    std::vector<Setting> rows;          ///< Of the whole table, in its order.
    std::vector<std::string> warnings;  ///< Sentences: what is set and not read.
    std::vector<std::string> wrong;     ///< Sentences: what stands in two places, or cannot be read.
};

/// Whether an address to listen on is reached from this machine only.
bool is_loopback_name(std::string_view host);

/// `.env.template`, as it is kept in the tree.
std::string env_template();

struct Options {
    std::string host;
    std::uint16_t port = 0;
    std::string admin_host;
    std::uint16_t admin_port = 0;
    std::string data;
    std::string jwt_secret;            ///< Empty: one is made and kept in the data folder.
    std::string previous_secret;       ///< Of tokens that were signed before; empty: none.
    std::vector<std::string> issuers;  ///< Whose tokens count besides our own; empty: anybody's.
    std::vector<std::string> origins;
    std::vector<IpNetwork> trusted_proxies;
    bool bench_limits = false;
    log::Level log_level = log::Level::info;
    std::optional<log::Format> log_format;  ///< Nothing: text on a terminal, JSON otherwise.
    Duration shutdown_delay{0};
    Duration drain{10'000};
    Limits limits;
    std::vector<std::string> warnings;  ///< Sentences for the log: what is set and not read.
    std::vector<Setting> settings;      ///< All of it as it was given, for people.
};

/// `settings` with the keys that a server has made in its data folder, or will find there.
std::vector<Setting> with_made_secrets(std::vector<Setting> settings, const std::string& data);

/// Where settings come from, nearest source first. `environment` in the form of environ.
/// No value is checked. Throws where .env cannot be read.
Settings list_settings(
    const std::map<std::string, std::string>& flags, const std::map<std::string, std::string>& environment,
    std::string_view dotenv
);

/// The same, checked.
Options read_options(
    const std::map<std::string, std::string>& flags, const std::map<std::string, std::string>& environment,
    std::string_view dotenv
);

}  // namespace wgw::app
