#include "app/commands/look_at_servers.hpp"

#include "base/log.hpp"
#include "base/random.hpp"
#include "bus/calls_amqp.hpp"
#include "bus/redis_link.hpp"
#include "net/loop.hpp"
#include "store/mongo_client.hpp"

#include <stdexcept>
#include <string>

namespace wgw::app {
namespace {

Finding look_at_rabbitmq(const bus::AmqpAddress& address)
{
    const SystemClock clock;
    SystemRandom random;
    net::Loop loop(clock);
    bus::CallsAmqp calls({address, {}, "wegowhere doctor"}, loop, clock, random);
    while (!calls.state().is_up && calls.state().why.empty())
        loop.turn();
    const bool is_up = calls.state().is_up;
    const std::string why = calls.state().why;
    const std::string version = calls.server();
    calls.stop();
    loop.run_posted();
    return is_up ? judge_rabbitmq(address.text(), version) : judge_away("RabbitMQ", why, "RMQ_…");
}

Finding look_at_mongodb(const store::MongoTarget& target)
try {
    store::MongoPool pool(target, 1);
    const auto server = pool.client()->server();
    return judge_mongodb(target.shown, server.version, server.replica_set);
} catch (const std::runtime_error& error) {
    return judge_away("MongoDB", error.what(), "DB_…");
}

/// The value of a line of INFO.
std::string value_of(const std::string& info, const std::string& name)
{
    const auto at = info.find(name + ":");
    if (at == std::string::npos)
        return "";
    const auto begin = at + name.size() + 1;
    return info.substr(begin, info.find('\r', begin) - begin);
}

Finding look_at_redis(const bus::RedisAddress& address)
try {
    bus::RedisLink link(address);
    link.put({"INFO"});
    link.put({"CONFIG", "GET", "save"});  // who may not ask that is answered with an error, which is fine
    link.send();
    const auto info = link.receive().text;
    const auto save = link.receive();
    const bool dumps = save.list.size() == 2 && !save.list[1].text.empty();
    return judge_redis(address.text(), value_of(info, "redis_version"), dumps || value_of(info, "aof_enabled") == "1");
} catch (const std::runtime_error& error) {
    return judge_away("Redis", error.what(), "REDIS_…");
}

}  // namespace

std::vector<Finding> look_at_servers(const Options& options)
{
    log::init(log::Level::error, log::Format::text);  // what is away is a finding
    std::vector<Finding> findings;
    if (options.rabbit)
        findings.push_back(look_at_rabbitmq(*options.rabbit));
    if (options.mongo)
        findings.push_back(look_at_mongodb(*options.mongo));
    if (options.redis)
        findings.push_back(look_at_redis(*options.redis));
    else
        findings.push_back(
            {Grade::warn, "Redis", "is not set",
             "Messages from other gateways come up to 2 s late: set REDIS_URL or REDIS_HOST."}
        );
    return findings;
}

}  // namespace wgw::app
