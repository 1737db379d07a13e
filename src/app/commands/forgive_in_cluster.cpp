#include "app/commands/forgive_in_cluster.hpp"

#include "bus/redis_link.hpp"
#include "gateway/limit_news.hpp"

#include <stdexcept>

namespace wgw::app {
namespace {

constexpr const char* kOtherwise =
    " They are forgotten within an hour; at once by gateways that are restarted, one after the other.";

/// How many have heard it.
std::int64_t publish(const bus::RedisAddress& address, const std::string& payload)
try {
    bus::RedisLink link(address);
    link.put({"PUBLISH", std::string(gateway::kLimitsChannel), payload});
    link.send();
    const auto reply = link.receive();
    if (reply.kind != bus::RedisReply::Kind::integer)
        throw std::runtime_error(reply.text);
    return reply.integer;
} catch (const std::runtime_error& error) {
    throw std::runtime_error(
        "The gateways, which have failed sign-ins in their memory, could not be told over Redis: " +
        std::string(error.what()) + " Look whether it runs, at the network to it, and at REDIS_…." + kOtherwise
    );
}

}  // namespace

std::string forgive_in_cluster(const Options& options, const std::string& username)
{
    if (!options.redis)
        throw std::runtime_error(
            std::string("The gateways have failed sign-ins in their memory, and are told over Redis: set REDIS_URL or "
                        "REDIS_HOST, as for them.") +
            kOtherwise
        );
    const auto told = publish(*options.redis, gateway::encode(gateway::forgiving(username)));
    if (told == 0)
        throw std::runtime_error(
            "No gateway listens at that Redis (" + options.redis->text() +
            "). Is it theirs? One that does not hear it forgets failed sign-ins within an hour, or when it is "
            "restarted."
        );
    return std::to_string(told) + (told == 1 ? " gateway was told" : " gateways were told");
}

}  // namespace wgw::app
