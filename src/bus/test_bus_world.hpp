#pragma once
/// For tests: a loop with what it wires to calls over RabbitMQ, and the broker to test against.

#include "base/random.hpp"
#include "base/task_scope.hpp"
#include "base/time.hpp"
#include "bus/amqp_address.hpp"
#include "bus/calls_amqp.hpp"
#include "bus/service_amqp.hpp"
#include "model/result.hpp"
#include "net/loop.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <list>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace wgw::bus {

inline AmqpAddress test_broker()
{
    const char* url = std::getenv("WGW_TEST_RMQ_URL");
    if (url == nullptr)
        throw std::runtime_error("WGW_TEST_RMQ_URL is not set: it is the amqp:// URL of a RabbitMQ for tests");
    return parse_amqp_url(url).value();
}

/// A queue of its own for each test: those of a test that has failed must not meet the next one.
inline std::string test_queue()
{
    std::array<std::byte, 8> bytes;
    SystemRandom().fill(bytes);
    std::string name = "wgw-test-";
    for (const auto byte : bytes)
        name += static_cast<char>('a' + std::to_integer<int>(byte) % 26);
    return name;
}

/// Turns a real loop until something has happened.
class BusLoop : private net::Timer {
public:
    BusLoop()
    {
        loop.at_end_of_turn([this] {
            for (const auto& [who, hook] : hooks_)
                hook();
        });
    }

    ~BusLoop() override { cancel(); }

    /// At the end of each turn, until it is removed.
    void add(const void* who, std::function<void()> hook) { hooks_[who] = std::move(hook); }
    void remove(const void* who) { hooks_.erase(who); }

    /// False: it did not happen in time.
    bool turn_until(const std::function<bool()>& has_happened, Duration longest = std::chrono::seconds(10))
    {
        const Instant until = clock.monotonic() + longest;
        while (!has_happened()) {
            if (clock.monotonic() >= until)
                return false;
            loop.timers().arm(*this, clock.monotonic() + Duration(10));
            loop.turn();
        }
        return true;
    }

    void turn_for(Duration span)
    {
        turn_until([] { return false; }, span);
    }

    SystemClock clock;
    net::Loop loop{clock};

private:
    void on_timer(Instant) override {}

    std::map<const void*, std::function<void()>> hooks_;
};

/// Calls, wired as in the program.
class TestAsker {
public:
    using End = std::variant<std::monostate, Answer, std::string>;

    TestAsker(BusLoop& loop, AmqpAddress address, std::vector<std::string> queues)
        : loop_(loop),
          calls({.address = std::move(address), .queues = std::move(queues)}, loop.loop, loop.clock, random_)
    {
        loop.add(this, [this] {
            calls.expire(loop_.clock.monotonic());
            calls.flush();
        });
    }
    ~TestAsker()
    {
        calls.stop();
        loop_.remove(this);
    }

    bool is_up() const { return calls.state().is_up; }

    /// Begins a call whose end is to be found in `end`.
    void begin(std::string queue, Request request, End& end, Duration patience = Calls::kPatience)
    {
        begin(calls, std::move(queue), std::move(request), end, patience);
    }

    /// The same over `others`, which stand in front of `calls`.
    void begin(Calls& others, std::string queue, Request request, End& end, Duration patience = Calls::kPatience)
    {
        scope_.spawn(one(others, std::move(queue), std::move(request), end, patience));
    }
    static bool has_ended(const End& end) { return end.index() != 0; }

private:
    BusLoop& loop_;
    SystemRandom random_;

public:
    CallsAmqp calls;

private:
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the test waits
    static Task<void> one(Calls& calls, std::string queue, Request request, End& end, Duration patience)
    {
        try {
            end = co_await calls.call(queue, std::move(request), patience);
        } catch (const Unavailable& why) {
            end = std::string(why.what());
        }
    }

    TaskScope scope_{[](const std::exception_ptr& error) { std::rethrow_exception(error); }};
};

/// A service, wired as in the program.
class TestService {
public:
    TestService(BusLoop& loop, AmqpAddress address, std::vector<ServedQueue> queues, std::uint16_t most = 256)
        : loop_(loop),
          service({.address = std::move(address), .most_under_way = most}, std::move(queues), loop.loop, loop.clock)
    {
        loop.add(this, [this] { service.flush(); });
    }
    ~TestService()
    {
        service.stop();
        loop_.remove(this);
    }

    bool is_up() const { return service.state().is_up; }

private:
    BusLoop& loop_;

public:
    ServiceAmqp service;
};

/// Whoever is neither: sends and receives messages as they are.
class TestPeer final : private AmqpListener {
public:
    TestPeer(
        BusLoop& loop, AmqpAddress address, std::vector<std::string> queues,
        std::vector<AmqpSession::Consumer> consumers
    )
        : loop_(loop), connection(
                           {.address = std::move(address),
                            .program = "peer",
                            .queues = std::move(queues),
                            .consumers = std::move(consumers)},
                           *this, loop.loop, loop.clock
                       )
    {
        loop.add(this, [this] { connection.flush(); });
    }
    ~TestPeer()
    {
        connection.stop();
        loop_.remove(this);
    }

    bool is_up = false;
    std::string why;
    Generation generation = 0;
    std::vector<Delivery> got;

private:
    void on_up(Generation now) override
    {
        is_up = true;
        generation = now;
    }
    void on_away(const std::string& reason) override
    {
        is_up = false;
        why = reason;
    }
    void on_blocked(const std::string&) override {}
    void on_deliveries(Generation, std::vector<Delivery> deliveries) override
    {
        for (auto& delivery : deliveries)
            got.push_back(std::move(delivery));
    }

    BusLoop& loop_;

public:
    AmqpConnection connection;
};

inline Task<Answer> echo(Request request)
{
    co_return Answer{.kind = Answer::Kind::value, .json = std::move(request.data), .headers = {}};
}

/// Requests that wait until the test answers them.
class Held {
public:
    Bindings bindings()
    {
        return {
            {"held", [this](Request request) { return hold(*this, std::move(request)); }}
        };
    }
    std::size_t size() const { return waiting_.size(); }

    /// The oldest, with `json`.
    void answer(std::string json)
    {
        auto done = std::move(waiting_.front().second);
        waiting_.pop_front();
        done({.kind = Answer::Kind::value, .json = std::move(json), .headers = {}});
    }
    void answer_all()
    {
        while (!waiting_.empty())
            answer(waiting_.front().first.data);
    }

private:
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the test waits
    static Task<Answer> hold(Held& held, Request request)
    {
        auto start = [&](std::function<void(Answer)> done) {
            held.waiting_.emplace_back(std::move(request), std::move(done));
        };
        co_return co_await callback<Answer>(start);
    }

    std::list<std::pair<Request, std::function<void(Answer)>>> waiting_;
};

inline const Answer& answer_of(const TestAsker::End& end)
{
    static const Answer none;
    if (const auto* why = std::get_if<std::string>(&end))
        ADD_FAILURE() << *why;
    return std::holds_alternative<Answer>(end) ? std::get<Answer>(end) : none;
}

inline std::string why_of(const TestAsker::End& end)
{
    return std::holds_alternative<std::string>(end) ? std::get<std::string>(end) : "none";
}

class BusTest : public testing::Test {
protected:
    bool turn_until(const std::function<bool()>& has_happened, Duration longest = std::chrono::seconds(10))
    {
        return loop.turn_until(has_happened, longest);
    }

    BusLoop loop;
    const AmqpAddress broker = test_broker();
    const std::string queue = test_queue();
};

}  // namespace wgw::bus
