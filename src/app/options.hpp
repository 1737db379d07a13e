#pragma once
/// The settings of a process: read from where they are set, and checked. The table of them is option_table.hpp.
///
/// Precedence  flags (set by the command line), environment, `.env` in the working folder, defaults
/// Empty       a variable that is set to an empty text counts as absent
/// Errors      OptionError: a sentence for each value that is wrong
/// Tests       options_test.cpp

#include "app/option_error.hpp"
#include "app/option_table.hpp"
#include "app/roles.hpp"
#include "base/log.hpp"
#include "base/time.hpp"
#include "bus/amqp_address.hpp"
#include "bus/redis_address.hpp"
#include "codec/ip_address.hpp"
#include "model/limits.hpp"
#include "store/mongo_target.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::app {

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

    Roles roles;                             ///< None: everything in one process, on a store of its own.
    std::optional<bus::AmqpAddress> rabbit;  ///< There where there is a role.
    std::optional<store::MongoTarget> mongo;
    std::optional<bus::RedisAddress> redis;

    std::vector<std::string> warnings;  ///< Sentences for the log: what is set and not read, then what is not safe.
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
