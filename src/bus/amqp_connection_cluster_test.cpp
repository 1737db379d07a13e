#include "bus/test_bus_world.hpp"
#include "bus/test_relay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::bus {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using End = TestAsker::End;

class Connection : public BusTest {};

TEST_F(Connection, FailsAllCallsAtOnceWhenTheConnectionIsLostAndComesBackByItself)
{
    TestRelay relay(broker);
    TestService service(
        loop, relay.address(),
        {
            {queue, {{"echo", echo}}}
    }
    );
    TestAsker asker(loop, relay.address(), {queue, queue + "-nobody"});
    const std::string nobody = queue + "-nobody";
    ASSERT_TRUE(turn_until([&] { return service.is_up() && asker.is_up(); }));
    for (int round = 0; round < 3; ++round) {
        std::vector<End> ends(100);
        for (auto& end : ends)
            asker.begin(nobody, {"echo", "0", {}}, end);
        loop.turn_for(20ms);
        relay.set(TestRelay::Mode::refuse);
        ASSERT_TRUE(turn_until([&] { return asker.calls.under_way() == 0; }, 1s));
        EXPECT_THAT(why_of(ends[0]), HasSubstr("lost during a call"));
        End refused;
        asker.begin(queue, {"echo", "0", {}}, refused);
        EXPECT_THAT(why_of(refused), HasSubstr("RabbitMQ")) << "at once";
        loop.turn_for(300ms);
        relay.set(TestRelay::Mode::pass);
        const Instant back = loop.clock.monotonic();
        ASSERT_TRUE(turn_until([&] { return service.is_up() && asker.is_up(); }));
        EXPECT_LT(loop.clock.monotonic() - back, 5s);
        End end;
        asker.begin(queue, {"echo", "3", {}}, end);
        ASSERT_TRUE(turn_until([&] { return end.index() != 0; }));
        EXPECT_EQ(answer_of(end).json, "3");
    }
    EXPECT_EQ(asker.calls.link_counts().losses.value(), 3u);
}

TEST_F(Connection, NeitherBlocksNorWaitsForABrokerThatHangs)
{
    TestRelay relay(broker);
    auto service = std::make_unique<TestService>(
        loop, relay.address(),
        std::vector<ServedQueue>{
            {queue, {{"echo", echo}}}
    }
    );
    auto asker = std::make_unique<TestAsker>(loop, relay.address(), std::vector<std::string>{queue});
    ASSERT_TRUE(turn_until([&] { return service->is_up() && asker->is_up(); }));
    relay.set(TestRelay::Mode::freeze);
    std::vector<End> ends(500);
    const std::string large = "\"" + std::string(100'000, 'x') + "\"";  // more than kernels hold
    for (auto& end : ends)
        asker->begin(queue, {"echo", large, {}}, end, 500ms);
    const Instant froze = loop.clock.monotonic();
    Instant last = froze;
    Duration longest_turn{0};
    ASSERT_TRUE(turn_until([&] {
        const Instant now = loop.clock.monotonic();
        longest_turn = std::max(longest_turn, now - last);
        last = now;
        return asker->calls.under_way() == 0;
    }));
    EXPECT_LT(loop.clock.monotonic() - froze, 2s);
    EXPECT_LT(longest_turn, 500ms);
    EXPECT_THAT(why_of(ends[0]), HasSubstr("in time"));

    // It is known to be away after a while without a heartbeat, and then calls are refused at once.
    ASSERT_TRUE(turn_until([&] { return !asker->is_up() && !service->is_up(); }, AmqpSession::kSilence + 1s));
    End end;
    asker->begin(queue, {"echo", "0", {}}, end);
    EXPECT_THAT(why_of(end), HasSubstr("silent"));

    relay.set(TestRelay::Mode::pass);
    const Instant back = loop.clock.monotonic();
    ASSERT_TRUE(turn_until([&] { return service->is_up() && asker->is_up(); }));
    EXPECT_LT(loop.clock.monotonic() - back, 5s);
    relay.set(TestRelay::Mode::freeze);
    loop.turn_for(20ms);
    const Instant ends_at = loop.clock.monotonic();
    asker.reset();
    service.reset();
    EXPECT_LT(loop.clock.monotonic() - ends_at, 1s) << "a destructor does not wait for it";
}

TEST_F(Connection, SendsMoreThanItEncodesAtOnce)
{
    TestPeer sender(loop, broker, {queue}, {});
    TestPeer receiver(
        loop, broker,
        {
            queue
    },
        {{queue, false}}
    );
    ASSERT_TRUE(turn_until([&] { return sender.is_up && receiver.is_up; }));
    const Instant began = loop.clock.monotonic();
    for (int round = 1; round <= 5; ++round) {
        for (int i = 0; i < 4; ++i)
            sender.connection.publish({.queue = queue, .body = std::string(1'200'000, 'x')});
        ASSERT_TRUE(turn_until([&] { return receiver.got.size() == std::size_t(round) * 4; }));
    }
    EXPECT_LT(loop.clock.monotonic() - began, 5s) << "it sleeps while there is something to send";
}

TEST_F(Connection, SaysWhyItIsAway)
{
    const auto reason = [&](AmqpAddress address, std::string name = {}) {
        TestPeer peer(loop, std::move(address), {name.empty() ? queue : name}, {});
        EXPECT_TRUE(turn_until([&] { return !peer.why.empty(); }));
        return peer.why;
    };
    AmqpAddress wrong = broker;
    wrong.password = "wrong";
    EXPECT_THAT(reason(wrong), testing::AllOf(HasSubstr("403 ACCESS_REFUSED"), HasSubstr("RMQ_PASS")));
    wrong = broker;
    wrong.vhost = "no-such-vhost";
    EXPECT_THAT(reason(wrong), testing::AllOf(HasSubstr("530 NOT_ALLOWED"), HasSubstr("vhost")));
    wrong = broker;
    wrong.host = "no-such-host.invalid";
    EXPECT_THAT(reason(wrong), HasSubstr("no-such-host.invalid has no address"));
    wrong = broker;
    wrong.port = 1;
    EXPECT_THAT(reason(wrong), testing::AllOf(HasSubstr("cannot be reached at"), HasSubstr("RMQ_PORT")));
    EXPECT_THAT(reason(broker, "amq.not-ours"), HasSubstr("403 ACCESS_REFUSED"));
}

}  // namespace
}  // namespace wgw::bus
