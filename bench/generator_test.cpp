/// The load generator against servers that do what they should, and against those that do not, on purpose: the counts
/// of both sides must agree exactly.

#include "bench/relay.hpp"
#include "loadgen/generator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace wgw::bench {
namespace {

using loadgen::DeliveryCounts;
using loadgen::Load;
using loadgen::Report;

/// A relay on a thread of its own, until it is stopped.
class Running {
public:
    explicit Running(Faults faults = {}, Flush flush = Flush::write)
        : relay_(flush, faults), port_(relay_.listen(0)), thread_([this] {
              while (!stopped_)
                  relay_.turn(5);
          })
    {
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { stop(); }

    Report load(Load load) const
    {
        load.url = "http://127.0.0.1:" + std::to_string(port_);
        load.event = "send";
        load.receive = "recv";
        return loadgen::run(load);
    }

    const FaultCounts& stop()
    {
        stopped_ = true;
        if (thread_.joinable())
            thread_.join();
        return relay_.counts();
    }

private:
    Relay relay_;
    std::uint16_t port_;
    std::atomic<bool> stopped_ = false;
    std::thread thread_;  // last: it uses all of the above
};

/// Two rooms of five, one sender each, 1,000 messages per second in all.
Load two_rooms()
{
    Load load;
    load.rooms = 2;
    load.members = 5;
    load.rate = 500;
    load.warmup_s = 0.05;
    load.duration_s = 0.4;
    load.drain_s = 0.4;
    return load;
}

class AnHonestServer : public testing::TestWithParam<Flush> {};

TEST_P(AnHonestServer, IsFoundHonestInAnOpenLoop)
{
    const auto report = Running({}, GetParam()).load(two_rooms());
    EXPECT_TRUE(report.good());
    EXPECT_NEAR(static_cast<double>(report.all_sent), 450, 20);
    EXPECT_EQ(report.counts, (DeliveryCounts{.arrived = report.all_sent * 5}));
    EXPECT_EQ(report.latency.count() % 5, 0U);
    EXPECT_NEAR(static_cast<double>(report.latency.count()), 2'000, 10);
}

TEST_P(AnHonestServer, IsFoundHonestInAClosedLoopWhereEverybodySends)
{
    auto load = two_rooms();
    load.rate = 0;
    load.senders = 5;
    load.window = 3;
    const auto report = Running({}, GetParam()).load(load);
    EXPECT_TRUE(report.good());
    EXPECT_GT(report.sent, 100U);
    EXPECT_EQ(report.counts, (DeliveryCounts{.arrived = report.all_sent * 5}));
}

INSTANTIATE_TEST_SUITE_P(Table, AnHonestServer, testing::Values(Flush::write, Flush::coalesce));

struct Row {
    std::string_view name;
    Faults faults;

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const Row kRows[] = {
    {"drops",          {.drop = 97}                                       },
    {"doubles",        {.twice = 89}                                      },
    {"swaps",          {.swap = 53}                                       },
    {"strays",         {.stray = 101}                                     },
    {"all_of_them",    {.drop = 97, .twice = 89, .swap = 53, .stray = 101}},
    {"hardly_a_thing", {.drop = 2, .twice = 3, .swap = 5, .stray = 7}     },
};

class AFaultyServer : public testing::TestWithParam<Row> {};

TEST_P(AFaultyServer, IsCountedExactly)
{
    Running server(GetParam().faults);
    const auto report = server.load(two_rooms());
    const auto& did = server.stop();
    EXPECT_FALSE(report.good());
    EXPECT_EQ(did.delivered, report.all_sent * 5);
    EXPECT_EQ(
        report.counts, (DeliveryCounts{
                           .arrived = did.delivered - did.dropped - did.strayed - did.held,
                           .lost = did.dropped + did.strayed + did.held,
                           .duplicated = did.doubled,
                           .reordered = did.swapped,
                           .wrong_room = did.strayed
                       })
    );
}

INSTANTIATE_TEST_SUITE_P(Table, AFaultyServer, testing::ValuesIn(kRows), [](const auto& row) {
    return std::string(row.param.name);
});

TEST(AServerThatStandsStill, DelaysWhatWasDueMeanwhileAndNothingIsLeftOut)
{
    Load load = two_rooms();
    load.rooms = 1;
    load.members = 2;
    load.rate = 1'000;
    load.duration_s = 0.8;
    load.drain_s = 2;
    // In the middle: of 800 messages 200 are due while it sleeps, and wait 100 ms on average.
    const auto report = Running({.stall_at = 600, .stall_ms = 200}).load(load);
    EXPECT_TRUE(report.good());
    EXPECT_GE(report.latency.max(), 195'000'000U);
    EXPECT_GE(report.latency.quantile(0.9), 70'000'000U);
    EXPECT_LE(report.latency.quantile(0.5), 70'000'000U);
}

TEST(ALoadThatIsTooMuch, EndsAndItsLatenessIsPartOfTheLatency)
{
    Load load = two_rooms();
    load.members = 1;
    load.rate = 5'000'000;
    load.warmup_s = 0;
    load.duration_s = 0.1;
    load.drain_s = 10;
    const auto report = Running({}, Flush::coalesce).load(load);
    EXPECT_TRUE(report.good());
    EXPECT_GT(report.late_ns, 10'000'000U);
    EXPECT_GE(report.latency.max(), report.late_ns);
}

TEST(AServerThatCutsAConnection, IsFoundOut)
{
    Running server({.cut_at = 600});
    const auto report = server.load(two_rooms());
    EXPECT_EQ(server.stop().cut, 1U);
    EXPECT_EQ(report.closed, 1U);
    EXPECT_GT(report.counts.lost, 0U);
    EXPECT_FALSE(report.good());
}

TEST(AServerThatIsNotThere, IsASentence)
{
    Load load = two_rooms();
    load.url = "http://127.0.0.1:1";
    EXPECT_THAT(
        [&] { loadgen::run(load); },
        testing::ThrowsMessage<std::runtime_error>(testing::HasSubstr("Client 0 could not connect: Connection refused"))
    );
}

TEST(AServerOnAnotherMachine, IsNotLoadedByMistake)
{
    Load load = two_rooms();
    load.url = "http://192.0.2.1:3000";
    EXPECT_THAT(
        [&] { loadgen::run(load); }, testing::ThrowsMessage<std::runtime_error>(testing::HasSubstr("--anywhere"))
    );
}

}  // namespace
}  // namespace wgw::bench
