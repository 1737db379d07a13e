#include "app/cluster_options.hpp"

#include <algorithm>
#include <array>
#include <expected>
#include <utility>

namespace wgw::app {
namespace {

/// Whoever sets one of these wants other servers to be used.
constexpr std::array<std::string_view, 6> kClusterSettings{"DB_URL",   "DB_HOST",   "RMQ_URL",
                                                           "RMQ_HOST", "REDIS_URL", "REDIS_HOST"};

[[noreturn]] void refuse_port(const std::string& text)
{
    throw OptionError("\"" + text + "\" is no role. For another port: wegowhere serve --port " + text);
}

Roles roles_of(const OptionValues& values)
{
    Roles roles;
    for (const auto& role : split(values.text("WGW_ROLE"))) {
        if (role.find_first_not_of("0123456789") == std::string::npos)
            refuse_port(role);
        bool* const places[] = {&roles.gateway, &roles.auth, &roles.user, &roles.chat};
        const auto found = std::ranges::find(kRoleNames, role);
        if (found == kRoleNames.end())
            throw OptionError(
                "\"" + role +
                "\" is no role (WGW_ROLE, or behind serve). They are gateway, auth, user and chat; without one: "
                "wegowhere "
                "serve runs everything."
            );
        *places[found - kRoleNames.begin()] = true;
    }
    return roles;
}

/// The value of `read`, or what is wrong with it.
template <class T>
T checked(std::expected<T, std::string> read)
{
    if (!read)
        throw OptionError(read.error());
    return *std::move(read);
}

}  // namespace

void read_cluster(Options& options, const OptionValues& values, Wrong& wrong)
{
    const auto text = [&](std::string_view name) { return values.given(std::string(name)).value_or(""); };
    wrong.gather([&] { options.roles = roles_of(values); });
    const bool named =
        std::ranges::any_of(kClusterSettings, [&](std::string_view name) { return !text(name).empty(); });
    if (!options.roles.any() && !named)
        return;
    if (!options.roles.any())
        options.roles = {true, true, true, true};

    if (!text("RMQ_URL").empty())
        wrong.gather([&] { options.rabbit = checked(bus::parse_amqp_url(text("RMQ_URL"))); });
    else if (!text("RMQ_HOST").empty())
        wrong.gather([&] {
            options.rabbit =
                checked(bus::amqp_address(text("RMQ_HOST"), text("RMQ_PORT"), text("RMQ_USER"), text("RMQ_PASS")));
        });
    else
        wrong.gather([] {
            throw OptionError("The services of a cluster call each other over RabbitMQ: set RMQ_URL or RMQ_HOST. For "
                              "one process with "
                              "everything in it leave out roles, DB_…, RMQ_… and REDIS_….");
        });

    if (!text("DB_URL").empty() || !text("DB_HOST").empty())
        wrong.gather([&] {
            options.mongo = checked(store::mongo_target(
                {text("DB_URL"), text("DB_HOST"), text("DB_PORT"), text("DB_USER"), text("DB_PASS"), text("DB_NAME")}
            ));
        });
    else if (options.roles.needs_store())
        wrong.gather([] {
            throw OptionError("The services auth, user and chat store in MongoDB: set DB_URL or DB_HOST.");
        });

    if (!text("REDIS_URL").empty())
        wrong.gather([&] { options.redis = checked(bus::parse_redis_url(text("REDIS_URL"))); });
    else if (!text("REDIS_HOST").empty())
        wrong.gather([&] {
            options.redis = checked(bus::redis_address(text("REDIS_HOST"), text("REDIS_PORT"), text("REDIS_PASS")));
        });

    if (values.text("JWT_SECRET").empty())
        wrong.gather([] {
            throw OptionError(
                "JWT_SECRET is not set, and all services of a cluster need the same one. Set it to 32 random bytes or "
                "more, for example the output of: openssl rand -hex 32"
            );
        });
}

bool names_cluster(const std::vector<Setting>& rows)
{
    return std::ranges::any_of(rows, [](const Setting& row) {
        const bool counts =
            row.name == "WGW_ROLE" || std::ranges::find(kClusterSettings, row.name) != kClusterSettings.end();
        return counts && !row.value.empty() && row.origin != "default";
    });
}

}  // namespace wgw::app
