#include "bus/test_bus_world.hpp"
#include "bus/test_relay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>

namespace wgw::bus {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = Answer::Kind;
using End = TestAsker::End;

Task<Answer> echo(Request request)
{
    co_return Answer{.kind = Kind::value, .json = std::move(request.data), .headers = {}};
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
    void answer(const std::string& json)
    {
        auto done = std::move(waiting_.front().second);
        waiting_.pop_front();
        done({.kind = Kind::value, .json = json, .headers = {}});
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

const Answer& answer_of(const End& end)
{
    static const Answer none;
    if (const auto* why = std::get_if<std::string>(&end))
        ADD_FAILURE() << *why;
    return std::holds_alternative<Answer>(end) ? std::get<Answer>(end) : none;
}

std::string why_of(const End& end)
{
    return std::holds_alternative<std::string>(end) ? std::get<std::string>(end) : "none";
}

class Bus : public testing::Test {
protected:
    bool turn_until(const std::function<bool()>& has_happened, Duration longest = 10s)
    {
        return loop.turn_until(has_happened, longest);
    }

    BusLoop loop;
    const AmqpAddress broker = test_broker();
    const std::string queue = test_queue();
};

TEST_F(Bus, SendsRequestsAsTheOriginalDoes)
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

TEST_F(Bus, AnswersAsTheOriginalDoes)
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
TEST_F(Bus, IsNotKeptAwayByAReplyToThatBreaksTheBroker)
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

TEST_F(Bus, AnswersALaterRequestWhileAnEarlierOneWaits)
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

TEST_F(Bus, BeginsSoManyRequestsAtOnceAndNoMore)
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

TEST_F(Bus, RefusesAtOnceWhatIsTooMuch)
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

TEST_F(Bus, GivesUpACallWhosePatienceIsOverAndNobodyBeginsItAfterwards)
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

TEST_F(Bus, AnswersWhenAServiceComesBackInTime)
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

TEST_F(Bus, GivesARequestToAnotherServiceIfTheFirstIsLost)
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

TEST_F(Bus, FinishesWhatIsUnderWayAndGivesTheRestToOthersWhenItDrains)
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

TEST_F(Bus, FailsAllCallsAtOnceWhenTheConnectionIsLostAndComesBackByItself)
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

TEST_F(Bus, NeitherBlocksNorWaitsForABrokerThatHangs)
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
    const Instant froze = loop.clock.monotonic();
    std::vector<End> ends(500);
    const std::string large = "\"" + std::string(100'000, 'x') + "\"";  // more than kernels hold
    for (auto& end : ends)
        asker->begin(queue, {"echo", large, {}}, end, 500ms);
    Instant last = loop.clock.monotonic();
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

TEST_F(Bus, SaysWhyItIsAway)
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
