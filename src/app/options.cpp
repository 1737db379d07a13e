#include "app/options.hpp"

#include "app/addresses.hpp"
#include "app/cluster_options.hpp"
#include "app/limit_table.hpp"
#include "app/option_values.hpp"
#include "app/unknown_names.hpp"
#include "app/weak_secret.hpp"

#include <algorithm>
#include <filesystem>

namespace wgw::app {
namespace {

constexpr const char* kMakeAKey = " Set it to 32 random bytes or more, for example the output of: openssl rand -hex 32";

/// A weak one that is accepted is told of in `warnings`.
std::string checked_secret(const OptionValues& values, const std::string& name, std::vector<std::string>& warnings)
{
    std::string secret = values.text(name);
    const std::string weakness = weakness_of(name, secret);
    if (weakness.empty())
        return secret;
    if (values.text("WGW_INSECURE_DEV") != "1")
        throw OptionError(weakness + kMakeAKey);
    if (!is_loopback_name(values.text("GATEWAY_HOST")))
        throw OptionError(
            weakness + " WGW_INSECURE_DEV=1 accepts that on loopback only: set GATEWAY_HOST to localhost, or " + name +
            " to 32 random bytes or more."
        );
    warnings.push_back(
        weakness + " WGW_INSECURE_DEV=1 accepts it: for trying out on this machine, never behind a proxy." + kMakeAKey
    );
    return secret;
}

std::vector<std::string> origins_of(const OptionValues& values, Wrong& wrong)
{
    auto origins = split(values.text("WGW_ORIGINS"));
    for (const auto& origin : origins)
        wrong.gather([&] { check_origin(origin); });
    return origins;
}

/// Whoever reaches the servers of a cluster signs in with these.
void warn_of_known_passwords(const Options& options, std::vector<std::string>& warnings)
{
    const auto look = [&](std::string_view server, std::string_view settings, std::string_view password) {
        if (is_known_word(password))
            warnings.push_back(
                "The password of " + std::string(server) +
                " is a well-known word: whoever reaches that server can read and forge what is in it. Give it another, "
                "and set it in " +
                std::string(settings) + "."
            );
    };
    if (options.rabbit)
        look("RabbitMQ", "RMQ_URL or RMQ_PASS", options.rabbit->password);
    if (options.mongo)
        look("MongoDB", "DB_URL or DB_PASS", options.mongo->pass);
    if (options.redis)
        look("Redis", "REDIS_URL or REDIS_PASS", options.redis->password);
}

std::vector<IpNetwork> proxies_of(const OptionValues& values)
{
    std::vector<IpNetwork> proxies;
    for (const auto& text : split(values.text("WGW_TRUSTED_PROXIES"))) {
        const auto network = IpNetwork::parse(text);
        if (!network)
            throw OptionError(
                "\"" + text +
                "\" in WGW_TRUSTED_PROXIES is no address and no network. Write 192.0.2.1, 10.0.0.0/8 or "
                "2001:db8::/32, with commas between them."
            );
        proxies.push_back(*network);
    }
    return proxies;
}

/// Where the limits are lifted, those that are set besides are told of in `warnings`.
Limits limits_of(const OptionValues& values, bool bench, std::vector<std::string>& warnings, Wrong& wrong)
{
    Limits limits;
    for (const auto& row : limit_table()) {
        const auto given = values.given(std::string(row.name));
        if (given)
            wrong.gather([&] { read_limit(limits, row, *given); });
        if (bench && row.may_be_lifted) {
            lift(limits, row);
            if (given)
                warnings.push_back(std::string(row.name) + " is set, but WGW_LIMITS=bench lifts it.");
        }
    }
    wrong.gather([&] { check_together(limits); });
    return limits;
}

/// Whether somebody who listens at the one leaves the port free at the other.
bool may_meet(std::string_view host, std::string_view other)
{
    const auto is_any = [](std::string_view name) { return name == "0.0.0.0" || name == "::"; };
    const bool same_machine = is_loopback_name(host) && is_loopback_name(other);
    return host == other || is_any(host) || is_any(other) ||
           (same_machine && (host == "localhost" || other == "localhost"));
}

void refuse_one_port_twice(const Options& options)
{
    if (options.port != 0 && options.port == options.admin_port && may_meet(options.host, options.admin_host))
        throw OptionError(
            "GATEWAY_PORT and WGW_ADMIN_PORT are both " + std::to_string(options.port) +
            ": two listeners cannot share a port. Set one of them to another."
        );
}

log::Level level_of(const std::string& name)
{
    if (name == "debug")
        return log::Level::debug;
    if (name == "info")
        return log::Level::info;
    if (name == "warn")
        return log::Level::warn;
    if (name == "error")
        return log::Level::error;
    throw OptionError("WGW_LOG_LEVEL is \"" + name + "\"; set it to debug, info, warn or error.");
}

std::vector<Setting> rows_of(const OptionValues& values)
{
    std::vector<Setting> rows;
    for (const auto& row : option_table()) {
        auto value = values.text(row.name);
        if (row.is_secret && !value.empty())
            value = std::to_string(value.size()) + " bytes";
        rows.push_back({row.name, std::move(value), row.is_secret, values.origin(row.name)});
    }
    return rows;
}

std::optional<log::Format> format_of(const std::string& name)
{
    if (name == "auto")
        return {};
    if (name == "text")
        return log::Format::text;
    if (name == "json")
        return log::Format::json;
    throw OptionError("WGW_LOG_FORMAT is \"" + name + "\"; set it to auto, text or json.");
}

}  // namespace

bool is_loopback_name(std::string_view host)
{
    const bool is_address = host.find_first_not_of("0123456789.") == std::string_view::npos;
    return host == "localhost" || host == "::1" || (host.starts_with("127.") && is_address);
}

std::vector<Setting> with_made_secrets(std::vector<Setting> settings, const std::string& data)
{
    constexpr std::pair<std::string_view, std::string_view> kMade[] = {
        {"JWT_SECRET",          "jwt_secret"         },
        {"JWT_SECRET_PREVIOUS", "jwt_secret.previous"}
    };
    // Who sets the one has both in a place of their own.
    const bool is_given = std::ranges::any_of(settings, [&](const Setting& row) {
        return row.name == kMade[0].first && !row.value.empty();
    });
    for (auto& row : settings)
        for (const auto& [name, file] : kMade) {
            const std::string path = data + "/" + std::string(file);
            std::error_code ignored;  // a folder that we may not look into: nothing is known of it
            if (is_given || row.name != name || !row.value.empty() || !std::filesystem::exists(path, ignored))
                continue;
            row.value =
                std::to_string(std::max<std::uintmax_t>(1, std::filesystem::file_size(path, ignored)) - 1) + " bytes";
            row.origin = "file " + path + ", made by the server";
        }
    return settings;
}

Settings list_settings(
    const std::map<std::string, std::string>& flags, const std::map<std::string, std::string>& environment,
    std::string_view dotenv
)
{
    const OptionValues values(flags, environment, dotenv);
    return {rows_of(values), warn_of_unknown(values), values.wrong().sentences()};
}

Options read_options(
    const std::map<std::string, std::string>& flags, const std::map<std::string, std::string>& environment,
    std::string_view dotenv
)
{
    const OptionValues values(flags, environment, dotenv);
    Wrong wrong = values.wrong();
    Options options;
    const auto port = [&](std::string_view name) { return static_cast<std::uint16_t>(values.number(name, 0, 65'535)); };
    const auto seconds = [&](std::string_view name) { return std::chrono::seconds(values.number(name, 0, 3'600)); };

    read_cluster(options, values, wrong);
    options.warnings = warn_of_unknown(values);
    warn_of_known_passwords(options, options.warnings);
    options.host = values.text("GATEWAY_HOST");
    wrong.gather([&] { check_host("GATEWAY_HOST", options.host); });
    wrong.gather([&] { options.port = port("GATEWAY_PORT"); });
    options.admin_host = values.text("WGW_ADMIN_HOST");
    wrong.gather([&] { check_host("WGW_ADMIN_HOST", options.admin_host); });
    wrong.gather([&] { options.admin_port = port("WGW_ADMIN_PORT"); });
    wrong.gather([&] { refuse_one_port_twice(options); });
    options.data = values.text("WGW_DATA");
    wrong.gather([&] { options.jwt_secret = checked_secret(values, "JWT_SECRET", options.warnings); });
    wrong.gather([&] { options.previous_secret = checked_secret(values, "JWT_SECRET_PREVIOUS", options.warnings); });
    if (!options.jwt_secret.empty() && options.jwt_secret == options.previous_secret)
        wrong.gather([] {
            throw OptionError(
                "JWT_SECRET and JWT_SECRET_PREVIOUS are the same. Set JWT_SECRET to a new one, or unset the other."
            );
        });
    options.issuers = split(values.text("WGW_JWT_ISS"));
    options.origins = origins_of(values, wrong);
    wrong.gather([&] { options.log_level = level_of(values.text("WGW_LOG_LEVEL")); });
    wrong.gather([&] { options.log_format = format_of(values.text("WGW_LOG_FORMAT")); });
    wrong.gather([&] { options.shutdown_delay = seconds("WGW_SHUTDOWN_DELAY"); });
    wrong.gather([&] { options.drain = seconds("WGW_DRAIN"); });
    options.bench_limits = values.text("WGW_LIMITS") == "bench";
    if (!options.bench_limits && values.given("WGW_LIMITS"))
        wrong.gather([&] {
            throw OptionError("WGW_LIMITS is \"" + values.text("WGW_LIMITS") + "\"; leave it out or set it to bench.");
        });
    if (const auto dev = values.given("WGW_INSECURE_DEV"); dev && *dev != "1")
        wrong.gather([&] { throw OptionError("WGW_INSECURE_DEV is \"" + *dev + "\"; leave it out or set it to 1."); });
    wrong.gather([&] { options.trusted_proxies = proxies_of(values); });
    options.limits = limits_of(values, options.bench_limits, options.warnings, wrong);
    options.settings = rows_of(values);
    wrong.throw_if_any();
    return options;
}

}  // namespace wgw::app
