#include "bus/redis_subscriber.hpp"

#include "base/log.hpp"
#include "bus/redis_link.hpp"
#include "model/result.hpp"

#include <array>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace wgw::bus {
namespace {

constexpr std::size_t kChannelsAtOnce = 1'000;  // of one SUBSCRIBE

int make_wake()
{
    const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0)
        throw std::system_error(errno, std::generic_category(), "eventfd");
    return descriptor;
}

}  // namespace

RedisSubscriber::RedisSubscriber(RedisAddress address, Outlet& outlet, const Clock& clock, Random& random)
    : address_(std::move(address)), outlet_(outlet), clock_(clock), random_(random), wake_(make_wake()),
      thread_([this] { work(); })
{
}

RedisSubscriber::~RedisSubscriber()
{
    stop();
    ::close(wake_);
}

void RedisSubscriber::stop()
{
    if (!thread_.joinable())
        return;
    stopping_ = true;
    *alive_ = false;
    wake();
    thread_.join();
}

void RedisSubscriber::wake() const
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);  // full: it is awake already
}

void RedisSubscriber::subscribe(const std::string& channel)
{
    {
        const std::scoped_lock lock(mutex_);
        if (!wanted_.insert(channel).second)
            return;
        std::erase(removed_, channel);
        added_.push_back(channel);
    }
    wake();
}

void RedisSubscriber::unsubscribe(const std::string& channel)
{
    {
        const std::scoped_lock lock(mutex_);
        if (wanted_.erase(channel) == 0)
            return;
        std::erase(added_, channel);
        removed_.push_back(channel);
    }
    wake();
}

void RedisSubscriber::work()
{
    ::pthread_setname_np(::pthread_self(), "redis-hear");
    Backoff backoff(random_, kFirstWait, kLongestWait);
    bool told = false;
    while (!stopping_) {
        try {
            RedisLink link(address_);
            {
                const std::scoped_lock lock(mutex_);
                added_.assign(wanted_.begin(), wanted_.end());
                removed_.clear();
            }
            backoff.reset();
            connected_ = true;
            if (std::exchange(told, false))
                log::info(
                    "Redis is heard again.",
                    {
                        {"redis", address_.text()}
                }
                );
            listen(link);
        } catch (const Unavailable& error) {
            connected_ = false;
            losses_.add();
            if (!std::exchange(told, true))
                log::warn(
                    "Redis is not heard. Messages from other processes come late until it is; look whether it runs and "
                    "can be reached.",
                    {
                        {"redis", address_.text()},
                        {"what",  error.what()   }
                }
                );
            wait(backoff.next());
        }
    }
    connected_ = false;
}

void RedisSubscriber::wait(Duration span) const
{
    const Instant end = clock_.monotonic() + span;
    for (Duration left = span; left > Duration(0) && !stopping_; left = end - clock_.monotonic()) {
        pollfd event{.fd = wake_, .events = POLLIN, .revents = 0};
        ::poll(&event, 1, static_cast<int>(left.count()));
        drain_wake();
    }
}

void RedisSubscriber::drain_wake() const
{
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_, &count, sizeof count);
}

void RedisSubscriber::listen(RedisLink& link)
{
    Instant ping_at = clock_.monotonic();
    bool awaits = false;  // an answer to the ping
    while (!stopping_) {
        subscribe_to_changes(link);
        const Instant now = clock_.monotonic();
        const bool takes = unheard_ < kUnheardBytes;
        if (now >= ping_at && takes) {
            if (awaits)
                throw Unavailable("Redis does not answer in time");
            link.put({"PING"});
            link.send();
            awaits = true;
            ping_at = now + kPing;
        }
        std::array<pollfd, 2> events{
            {{.fd = wake_, .events = POLLIN, .revents = 0}, {.fd = link.descriptor(), .events = POLLIN, .revents = 0}}
        };
        const Duration left = takes ? std::max(Duration(1), ping_at - now) : kPing;
        ::poll(events.data(), takes ? 2 : 1, static_cast<int>(left.count()));
        if (events[0].revents != 0)
            drain_wake();
        if (events[1].revents == 0)
            continue;
        link.read();
        std::vector<Heard> heard;
        while (const auto reply = link.received())
            take(*reply, heard);
        awaits = false;  // whatever came: it lives
        hand_over(std::move(heard));
    }
}

// In the order of the calls as far as one channel is concerned: it is in one of the two lists.
void RedisSubscriber::subscribe_to_changes(RedisLink& link)
{
    std::vector<std::string> added;
    std::vector<std::string> removed;
    {
        const std::scoped_lock lock(mutex_);
        added.swap(added_);
        removed.swap(removed_);
    }
    if (added.empty() && removed.empty())
        return;
    put_all(link, "UNSUBSCRIBE", removed);
    put_all(link, "SUBSCRIBE", added);
    link.send();
}

void RedisSubscriber::put_all(RedisLink& link, const char* command, const std::vector<std::string>& channels)
{
    for (std::size_t from = 0; from < channels.size(); from += kChannelsAtOnce) {
        RedisCommand words{command};
        const std::size_t to = std::min(channels.size(), from + kChannelsAtOnce);
        words.insert(
            words.end(), channels.begin() + static_cast<std::ptrdiff_t>(from),
            channels.begin() + static_cast<std::ptrdiff_t>(to)
        );
        link.put(words);
    }
}

// ["message", channel, payload], ["subscribe", channel, count], ["pong", ""]; the rest says nothing.
void RedisSubscriber::take(const RedisReply& reply, std::vector<Heard>& heard)
{
    if (reply.kind == RedisReply::Kind::error)
        throw Unavailable("Redis refuses to be listened to: " + reply.text);
    if (reply.list.size() != 3)
        return;
    const auto& [kind, channel, payload] = std::tie(reply.list[0].text, reply.list[1].text, reply.list[2].text);
    if (kind == "message")
        heard.push_back({channel, payload, false});
    else if (kind == "subscribe")
        heard.push_back({channel, {}, true});
}

void RedisSubscriber::hand_over(std::vector<Heard> heard)
{
    if (heard.empty())
        return;
    std::size_t bytes = 0;
    for (const auto& each : heard)
        bytes += sizeof each + each.channel.size() + each.payload.size();
    unheard_ += bytes;
    outlet_.post([this, alive = alive_, heard = std::move(heard), bytes] {
        if (*alive)
            tell(heard, bytes);
    });
}

void RedisSubscriber::tell(const std::vector<Heard>& heard, std::size_t bytes)
{
    const bool was_full = unheard_.fetch_sub(bytes) >= kUnheardBytes;
    if (was_full)
        wake();
    for (const auto& each : heard) {
        if (!wanted_.contains(each.channel))
            continue;  // it was given up since. No lock: only the loop, which is here, changes it
        if (each.following)
            listener_.following(each.channel);
        else
            listener_.heard(each.channel, each.payload);
    }
}

}  // namespace wgw::bus
