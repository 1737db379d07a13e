/// bench_bus <amqp URL> [calls in flight] [seconds] [bytes of data]
///
/// Calls over RabbitMQ from one thread to a service on another, which answers at once with what it was sent. Prints a
/// line each second with the ends of calls, then one of JSON: calls per second and latency of those that were answered.
/// While it runs, do to the broker what is to be seen: kill, stop, restart.

#include "bus/calls_amqp.hpp"
#include "bus/service_amqp.hpp"
#include "loadgen/histogram.hpp"
#include "model/result.hpp"
#include "net/loop.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace wgw;

const std::string kQueue = "wgw-bench";
constexpr Duration kPause{10};  // after a call that was refused

Task<bus::Answer> echo(bus::Request request)
{
    co_return bus::Answer{.kind = bus::Answer::Kind::value, .json = std::move(request.data), .headers = {}};
}

void serve(const bus::AmqpAddress& address, net::Loop& loop, const Clock& clock)
{
    bus::ServiceAmqp service(
        {
            .address = address
    },
        {{kQueue, {{"echo", echo}}}}, loop, clock
    );
    loop.at_end_of_turn([&] { service.flush(); });
    loop.run();
    service.stop();
    std::printf(
        "service: answered %llu, redelivered %llu, expired %llu, connections %llu\n",
        static_cast<unsigned long long>(service.counts().of(bus::ServeResult::answered).value()),
        static_cast<unsigned long long>(service.counts().redelivered.value()),
        static_cast<unsigned long long>(service.counts().of(bus::ServeResult::expired).value()),
        static_cast<unsigned long long>(service.link_counts().connects.value())
    );
}

class Load final : private net::Timer {
public:
    Load(
        net::Loop& loop, const Clock& clock, const bus::AmqpAddress& address, std::size_t in_flight, Duration span,
        std::size_t bytes
    )
        : loop_(loop), clock_(clock), in_flight_(in_flight), data_("\"" + std::string(bytes, 'x') + "\""),
          calls_({.address = address, .queues = {kQueue}}, loop, clock, random_)
    {
        loop.at_end_of_turn([this] {
            calls_.expire(clock_.monotonic());
            calls_.flush();
        });
        begin_ = next_ = clock.monotonic();
        end_ = begin_ + span;
        loop.timers().arm(*this, begin_);
    }

    void finish()
    {
        calls_.stop();
        const double seconds = static_cast<double>(span_us_) / 1e6;
        std::printf(
            R"({"in_flight":%zu,"bytes":%zu,"calls_per_second":%.0f,"p50_us":%.0f,"p99_us":%.0f,"max_us":%.0f})"
            "\n",
            in_flight_, data_.size() - 2, static_cast<double>(latency_.count()) / seconds,
            static_cast<double>(latency_.quantile(0.5)), static_cast<double>(latency_.quantile(0.99)),
            static_cast<double>(latency_.max())
        );
    }

private:
    void on_timer(Instant now) override
    {
        if (!started_ && calls_.state().is_up) {
            started_ = true;
            began_us_ = clock_.monotonic_us();
            for (std::size_t i = 0; i < in_flight_; ++i)
                scope_.spawn(ask());
        }
        if (now >= next_) {
            tell((next_ - begin_).count() / 1'000);
            next_ = next_ + std::chrono::seconds(1);
        }
        if (now >= end_) {
            stopping_ = true;
            if (scope_.running() == 0)
                return loop_.stop();
        }
        for (std::size_t i = std::exchange(resting_, 0); i > 0 && !stopping_; --i)
            scope_.spawn(ask());
        loop_.timers().arm(*this, now + kPause);
    }

    /// One after the other, until one is refused.
    Task<void> ask()
    {
        while (!stopping_) {
            const auto from = clock_.monotonic_us();
            bool is_answered = true;
            try {
                bus::Request request{.pattern = "echo", .data = data_};
                Task<bus::Answer> call = calls_.call(kQueue, std::move(request));
                co_await std::move(call);
            } catch (const Unavailable&) {
                is_answered = false;
            }
            const auto took = clock_.monotonic_us() - from;
            longest_us_ = std::max(longest_us_, took);
            if (!is_answered) {
                ++resting_;
                co_return;
            }
            latency_.add(static_cast<std::uint64_t>(took));
            span_us_ = clock_.monotonic_us() - began_us_;
        }
    }

    void tell(std::int64_t second)
    {
        std::printf("%3llds %s", static_cast<long long>(second), calls_.state().is_up ? "up  " : "away");
        for (std::size_t i = 0; i < bus::kCallResults.size(); ++i) {
            const auto value = calls_.counts().results[i].value();
            std::printf("  %s %llu", bus::kCallResults[i].data(), static_cast<unsigned long long>(value - before_[i]));
            before_[i] = value;
        }
        std::printf("  longest %.1f ms\n", static_cast<double>(std::exchange(longest_us_, 0)) / 1e3);
        std::fflush(stdout);
    }

    net::Loop& loop_;
    const Clock& clock_;
    const std::size_t in_flight_;
    const std::string data_;
    SystemRandom random_;
    bus::CallsAmqp calls_;
    loadgen::Histogram latency_;
    std::array<std::uint64_t, bus::kCallResults.size()> before_{};
    Instant begin_;
    Instant next_;
    Instant end_;
    std::int64_t began_us_ = 0;
    std::int64_t span_us_ = 1;
    std::int64_t longest_us_ = 0;
    std::size_t resting_ = 0;
    bool started_ = false;
    bool stopping_ = false;
    TaskScope scope_{[](const std::exception_ptr&) { std::terminate(); }};
};

}  // namespace

int main(int argc, char** argv)
{
    try {
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        if (arguments.empty())
            throw std::runtime_error("usage: bench_bus <amqp URL> [calls in flight] [seconds] [bytes of data]");
        const auto number = [&](std::size_t place, std::size_t fallback) {
            return arguments.size() > place ? std::stoul(arguments[place]) : fallback;
        };
        const auto address = bus::parse_amqp_url(arguments[0]);
        if (!address)
            throw std::runtime_error(address.error());
        const SystemClock clock;
        net::Loop service_loop(clock);
        std::thread service([&] { serve(*address, service_loop, clock); });
        net::Loop loop(clock);
        {
            Load load(loop, clock, *address, number(1, 64), std::chrono::seconds(number(2, 10)), number(3, 200));
            loop.run();
            load.finish();
        }
        service_loop.stop();
        service.join();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_bus: %s\n", error.what());
        return 1;
    }
    return 0;
}
