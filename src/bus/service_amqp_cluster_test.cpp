#include "bus/operation.hpp"
#include "bus/test_bus_world.hpp"
#include "bus/test_relay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

namespace wgw::bus {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using End = TestAsker::End;

class ServiceOverRabbitMq : public BusTest {};

TEST_F(ServiceOverRabbitMq, AnswersAsTheOriginalDoes)
{
    TestService service(
        loop, broker,
        {
            {queue, {{"echo", echo}}}
    }
    );
    TestPeer client(
        loop, broker,
        {
            queue
    },
        {{"amq.rabbitmq.reply-to", false}}
    );
    ASSERT_TRUE(turn_until([&] { return service.is_up() && client.is_up; }));
    const auto ask = [&](std::string body, std::optional<std::string> correlation_id,
                         std::string reply_to = "amq.rabbitmq.reply-to") {
        client.connection.publish(
            {.queue = queue,
             .body = std::move(body),
             .correlation_id = std::move(correlation_id),
             .reply_to = std::move(reply_to)}
        );
    };
    ask(R"({"pattern":"echo","data":{"a":1},"id":"id1"})", "corr1");
    ask(R"({"pattern":"echo","data":{"a":2},"id":null})", {});
    ask(R"({"pattern":"nope","data":{},"id":"id3"})", "corr3");
    ask(R"({"pattern":{"cmd":"x"},"id":4})", "corr4");
    ASSERT_TRUE(turn_until([&] { return client.got.size() == 4; }));
    EXPECT_EQ(client.got[0].body, R"({"response":{"a":1},"isDisposed":true})");
    EXPECT_EQ(client.got[0].correlation_id, "corr1");
    EXPECT_THAT(client.got[0].headers, IsEmpty());
    EXPECT_EQ(client.got[1].body, R"({"response":{"a":2},"isDisposed":true})");
    EXPECT_EQ(client.got[1].correlation_id, std::nullopt);
    EXPECT_EQ(
        client.got[2].body,
        R"({"id":"id3","err":"There is no matching message handler defined in the remote service.","status":"error"})"
    );
    EXPECT_EQ(
        client.got[3].body,
        R"({"id":4,"err":"There is no matching message handler defined in the remote service.","status":"error"})"
    );

    // None of these is answered, and all of them are forgotten by the broker.
    ask(R"({"pattern":"echo","data":{}})", "event");
    ask(R"({"pattern":"echo","data":{},"id":1})", "nobody", "");
    ask(R"({"pattern":"echo","data":{},"id":1})", "nobody", "no.such.queue");
    ask(R"({"pattern":"echo","data":{},"id":1})", "nobody", "amq.rabbitmq.reply-to.garbage");
    for (const std::string body :
         {"", "null", "hello", "{}", R"({"username":"grace"})", "\xff\xfe", "[[[[", R"({"pattern":"nope"})"})
        ask(body, "garbage");
    ask(std::string(10'000'000, '['), "large");
    ask("\"" + std::string(5'000'000, 'x') + "\"", "large");
    ask(R"({"pattern":"echo","data":"last","id":1})", "last");
    ASSERT_TRUE(turn_until([&] { return client.got.size() == 5; }));
    EXPECT_EQ(client.got[4].correlation_id, "last");
    EXPECT_EQ(service.service.counts().of(ServeResult::dropped).value(), 10u);
    EXPECT_EQ(service.service.link_counts().losses.value(), 0u);
    TestService second(
        loop, broker,
        {
            {queue, {}}
    }
    );
    ASSERT_TRUE(turn_until([&] { return second.is_up(); }));
    loop.turn_for(200ms);
    EXPECT_EQ(second.service.counts().redelivered.value(), 0u) << "all of them were settled";
}

// RabbitMQ 3.10 ends the connection of whoever answers to such a name, with 541 INTERNAL_ERROR.
TEST_F(ServiceOverRabbitMq, IsNotKeptAwayByAReplyToThatBreaksTheBroker)
{
    TestService service(
        loop, broker,
        {
            {queue, {{"echo", echo}}}
    }
    );
    TestPeer client(
        loop, broker,
        {
            queue
    },
        {{"amq.rabbitmq.reply-to", false}}
    );
    ASSERT_TRUE(turn_until([&] { return service.is_up() && client.is_up; }));
    const std::string body = R"({"pattern":"echo","data":{},"id":1})";
    client.connection.publish({.queue = queue, .body = body, .reply_to = "amq.rabbitmq.reply-to.AAAA.AAAA"});
    ASSERT_TRUE(turn_until([&] { return service.service.link_counts().losses.value() == 1; }));
    ASSERT_TRUE(turn_until([&] { return service.is_up(); }));
    client.connection.publish({.queue = queue, .body = body, .reply_to = "amq.rabbitmq.reply-to"});
    ASSERT_TRUE(turn_until([&] { return client.got.size() == 1; }));
    loop.turn_for(200ms);
    EXPECT_EQ(service.service.link_counts().losses.value(), 1u);
}

TEST_F(ServiceOverRabbitMq, AnswersALaterRequestWhileAnEarlierOneWaits)
{
    Held held;
    Bindings bindings = held.bindings();
    bindings["echo"] = echo;
    TestService service(
        loop, broker,
        {
            {queue, bindings}
    }
    );
    TestAsker asker(loop, broker, {queue});
    ASSERT_TRUE(turn_until([&] { return service.is_up() && asker.is_up(); }));
    End early;
    End late;
    asker.begin(queue, {"held", "1", {}}, early);
    asker.begin(queue, {"echo", "2", {}}, late);
    ASSERT_TRUE(turn_until([&] { return late.index() != 0; }));
    EXPECT_EQ(early.index(), 0u);
    held.answer_all();
    ASSERT_TRUE(turn_until([&] { return early.index() != 0; }));
    EXPECT_EQ(answer_of(early).json, "1");
}

TEST_F(ServiceOverRabbitMq, BeginsSoManyRequestsAtOnceAndNoMore)
{
    Held held;
    TestService service(
        loop, broker,
        {
            {queue, held.bindings()}
    },
        10
    );
    TestAsker asker(loop, broker, {queue});
    ASSERT_TRUE(turn_until([&] { return service.is_up() && asker.is_up(); }));
    std::vector<End> ends(100);
    for (auto& end : ends)
        asker.begin(queue, {"held", "0", {}}, end);
    ASSERT_TRUE(turn_until([&] { return held.size() == 10; }));
    loop.turn_for(200ms);
    EXPECT_EQ(held.size(), 10u);
    while (asker.calls.under_way() > 0) {
        ASSERT_TRUE(turn_until([&] { return held.size() > 0 || asker.calls.under_way() == 0; }));
        EXPECT_LE(held.size(), 10u);
        held.answer_all();
        loop.turn_for(5ms);
    }
    EXPECT_EQ(service.service.counts().of(ServeResult::answered).value(), 100u);
}

TEST_F(ServiceOverRabbitMq, GivesARequestToAnotherServiceIfTheFirstIsLost)
{
    TestRelay relay(broker);
    Held first_held;
    Held second_held;
    TestService first(
        loop, relay.address(),
        {
            {queue, first_held.bindings()}
    }
    );
    TestAsker asker(loop, broker, {queue});
    ASSERT_TRUE(turn_until([&] { return first.is_up() && asker.is_up(); }));
    End end;
    asker.begin(queue, {"held", "0", {}}, end);
    ASSERT_TRUE(turn_until([&] { return first_held.size() == 1; }));
    TestService second(
        loop, broker,
        {
            {queue, second_held.bindings()}
    }
    );
    ASSERT_TRUE(turn_until([&] { return second.is_up(); }));
    EXPECT_EQ(second_held.size(), 0u);
    relay.set(TestRelay::Mode::refuse);
    ASSERT_TRUE(turn_until([&] { return second_held.size() == 1; }));
    EXPECT_EQ(second.service.counts().redelivered.value(), 1u);
    second_held.answer("2");
    ASSERT_TRUE(turn_until([&] { return end.index() != 0; }));
    EXPECT_EQ(answer_of(end).json, "2");
    first_held.answer("1");  // what it does not tell any more
}

/// The time of a process that can be stopped for a while.
class SkippingClock final : public Clock {
public:
    Timestamp now() const override { return clock_.now(); }
    Instant monotonic() const override { return clock_.monotonic() + Duration(skipped_ms_.load()); }
    void skip(Duration span) { skipped_ms_ += span.count(); }

private:
    SystemClock clock_;
    std::atomic<std::int64_t> skipped_ms_ = 0;
};

TEST_F(ServiceOverRabbitMq, DoesNotBeginWhatLayInItsSocketWhileItWasStopped)
{
    SkippingClock clock;
    ServiceAmqp service(
        {
            .address = broker
    },
        {{queue, {{"echo", echo}}}}, loop.loop, clock
    );
    loop.add(&service, [&] { service.flush(); });
    TestPeer client(
        loop, broker,
        {
            queue
    },
        {{"amq.rabbitmq.reply-to", false}}
    );
    ASSERT_TRUE(turn_until([&] { return service.state().is_up && client.is_up; }));
    const auto ends = [&] { return client.got.size() + service.counts().of(ServeResult::expired).value(); };
    // Its thread looks every half second whether its socket is empty; if it does so between the two, it is not late.
    for (std::size_t i = 1; i <= 20 && service.counts().of(ServeResult::expired).value() == 0; ++i) {
        clock.skip(3s);
        client.connection.publish(
            {.queue = queue,
             .body = R"({"pattern":"echo","data":1,"id":1})",
             .reply_to = "amq.rabbitmq.reply-to",
             .deadline = loop.clock.monotonic() + 2s}
        );
        ASSERT_TRUE(turn_until([&] { return ends() == i; }));
        loop.turn_for(700ms);
    }
    EXPECT_EQ(service.counts().of(ServeResult::expired).value(), 1u);
    service.stop();
    loop.remove(&service);
}

TEST_F(ServiceOverRabbitMq, FinishesWhatIsUnderWayAndGivesTheRestToOthersWhenItDrains)
{
    Held held;
    auto first = std::make_unique<TestService>(
        loop, broker,
        std::vector<ServedQueue>{
            {queue, held.bindings()}
    }
    );
    TestAsker asker(loop, broker, {queue});
    ASSERT_TRUE(turn_until([&] { return first->is_up() && asker.is_up(); }));
    End early;
    asker.begin(queue, {"held", "1", {}}, early);
    ASSERT_TRUE(turn_until([&] { return held.size() == 1; }));
    first->service.drain();
    EXPECT_FALSE(first->service.is_drained());
    Held others;
    TestService second(
        loop, broker,
        {
            {queue, others.bindings()}
    }
    );
    ASSERT_TRUE(turn_until([&] { return second.is_up(); }));
    std::vector<End> ends(50);
    for (auto& end : ends)
        asker.begin(queue, {"held", "0", {}}, end);
    ASSERT_TRUE(turn_until([&] { return others.size() == ends.size(); }));
    held.answer("1");
    EXPECT_TRUE(first->service.is_drained());
    first.reset();  // its last reply goes out before it says goodbye
    others.answer_all();
    ASSERT_TRUE(turn_until([&] { return asker.calls.under_way() == 0; }));
    EXPECT_EQ(answer_of(early).json, "1");
    for (const auto& end : ends)
        EXPECT_EQ(answer_of(end).json, "0");
}

TEST_F(ServiceOverRabbitMq, HandsOnWhatComesOverItsOwnQueueWhenItHasGone)
{
    const std::string own = queue + ".own";
    const auto answered_by = [](std::string name) {
        return [name = "\"" + std::move(name) + "\""](Request) -> Task<Answer> {
            co_return Answer{Answer::Kind::value, name, {}};
        };
    };
    TestService others(
        loop, broker,
        {
            {queue, {{"who", answered_by("others")}}}
    }
    );
    auto service = std::make_unique<TestService>(
        loop, broker,
        std::vector<ServedQueue>{
            {own, {{"who", answered_by("owner")}}, queue}
    }
    );
    TestAsker asker(loop, broker, {queue});
    ASSERT_TRUE(turn_until([&] { return others.is_up() && service->is_up() && asker.is_up(); }));
    const auto ask = [&](Duration until = Calls::kPatience, Duration patience = Calls::kPatience) {
        const auto unix_ms = loop.clock.now().unix_ms + until.count();
        End end;
        asker.begin(own, {"who", "", {{std::string(kUntilHeader), std::to_string(unix_ms)}}}, end, patience);
        EXPECT_TRUE(turn_until([&] { return end.index() != 0; }));
        return std::holds_alternative<Answer>(end) ? std::get<Answer>(end).json : std::get<std::string>(end);
    };
    EXPECT_EQ(ask(), R"("owner")");
    EXPECT_EQ(ask(Duration{-3'600'000}), R"("owner")") << "a clock that goes wrong harms nobody";
    service.reset();
    EXPECT_EQ(ask(), R"("others")");
    EXPECT_THAT(ask(Duration{500}, Duration{2'000}), testing::HasSubstr("in time")) << "it is not begun so late";
    EXPECT_EQ(others.service.counts().of(ServeResult::expired).value(), 1U);
}

}  // namespace
}  // namespace wgw::bus
