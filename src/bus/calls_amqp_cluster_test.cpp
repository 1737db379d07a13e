#include "bus/test_bus_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::bus {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using End = TestAsker::End;

class CallsOverRabbitMq : public BusTest {};

TEST_F(CallsOverRabbitMq, SendsRequestsAsTheOriginalDoes)
{
    TestPeer service(
        loop, broker,
        {
            queue
    },
        {{queue, false}}
    );
    TestAsker asker(loop, broker, {queue});
    ASSERT_TRUE(turn_until([&] { return service.is_up && asker.is_up(); }));
    End end;
    asker.begin(queue, {"chat.room.find_by_id", R"({"room_id":"1"})", {{"authorization", "Bearer x"}}}, end);
    ASSERT_TRUE(turn_until([&] { return !service.got.empty(); }));
    const auto& got = service.got.front();
    const std::string id = got.correlation_id.value_or("");
    EXPECT_EQ(id.size(), 21u);
    EXPECT_EQ(got.body, R"({"pattern":"chat.room.find_by_id","data":{"room_id":"1"},"id":")" + id + "\"}");
    EXPECT_THAT(got.headers, ElementsAre(Header{"authorization", "Bearer x"}));
    EXPECT_THAT(got.reply_to, testing::StartsWith("amq.rabbitmq.reply-to."));
    ASSERT_TRUE(got.expiration);
    EXPECT_LE(*got.expiration, 5s);
    EXPECT_GT(*got.expiration, 4s);

    service.connection.publish({.queue = got.reply_to, .body = "not for you", .correlation_id = "0"});
    service.connection.publish({.queue = got.reply_to, .body = "for nobody"});
    service.connection.publish({.queue = got.reply_to, .body = R"({"response":1})", .correlation_id = id});
    service.connection.publish(
        {.queue = got.reply_to, .body = R"({"response":2,"isDisposed":true})", .correlation_id = id}
    );
    service.connection.publish(
        {.queue = got.reply_to, .body = R"({"response":3,"isDisposed":true})", .correlation_id = id}
    );
    ASSERT_TRUE(turn_until([&] { return asker.calls.counts().unexpected.value() == 3; }));
    EXPECT_EQ(answer_of(end).json, "2");
}

TEST_F(CallsOverRabbitMq, RefusesAtOnceWhatIsTooMuch)
{
    Held held;
    TestService service(
        loop, broker,
        {
            {queue, held.bindings()}
    }
    );
    TestAsker asker(loop, broker, {queue});
    ASSERT_TRUE(turn_until([&] { return service.is_up() && asker.is_up(); }));
    std::vector<End> ends(10'000);
    for (auto& end : ends)
        asker.begin(queue, {"held", "0", {}}, end);
    EXPECT_EQ(asker.calls.under_way(), CallBook::kMost);
    EXPECT_THAT(why_of(ends[CallBook::kMost]), HasSubstr("Too many calls"));
    EXPECT_EQ(asker.calls.counts().of(CallResult::full).value(), ends.size() - CallBook::kMost);
    while (asker.calls.under_way() > 0) {
        held.answer_all();
        loop.turn_for(5ms);
    }
    EXPECT_EQ(asker.calls.counts().of(CallResult::answered).value(), CallBook::kMost);
}

TEST_F(CallsOverRabbitMq, GivesUpACallWhosePatienceIsOverAndNobodyBeginsItAfterwards)
{
    TestAsker asker(loop, broker, {queue});
    ASSERT_TRUE(turn_until([&] { return asker.is_up(); }));
    End end;
    asker.begin(queue, {"echo", "0", {}}, end, 150ms);
    const Instant began = loop.clock.monotonic();
    ASSERT_TRUE(turn_until([&] { return end.index() != 0; }));
    EXPECT_LT(loop.clock.monotonic() - began, 1s);
    EXPECT_THAT(why_of(end), HasSubstr("has not answered in time"));
    EXPECT_EQ(asker.calls.counts().of(CallResult::late).value(), 1u);

    TestService service(
        loop, broker,
        {
            {queue, {{"echo", echo}}}
    }
    );
    ASSERT_TRUE(turn_until([&] { return service.is_up(); }));
    loop.turn_for(200ms);
    EXPECT_EQ(service.service.counts().of(ServeResult::answered).value(), 0u);
}

TEST_F(CallsOverRabbitMq, AnswersWhenAServiceComesBackInTime)
{
    TestAsker asker(loop, broker, {queue});
    ASSERT_TRUE(turn_until([&] { return asker.is_up(); }));
    End end;
    asker.begin(queue, {"echo", "7", {}}, end);
    loop.turn_for(200ms);
    TestService service(
        loop, broker,
        {
            {queue, {{"echo", echo}}}
    }
    );
    ASSERT_TRUE(turn_until([&] { return end.index() != 0; }));
    EXPECT_EQ(answer_of(end).json, "7");
}

}  // namespace
}  // namespace wgw::bus
