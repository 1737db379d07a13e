#include "bus/amqp_session.hpp"
#include "bus/test_amqp_bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wgw::bus {
namespace {

using namespace std::chrono_literals;
using amqp::Method;
using State = AmqpSession::State;
using testing::ElementsAre;
using testing::HasSubstr;

class Session : public testing::Test {
protected:
    void receive(std::string_view bytes) { session.receive(bytes, now, now); }

    /// What was written since the last time, as it would be taken off by a socket.
    std::string written()
    {
        std::string out(session.output());
        session.wrote(out.size(), now);
        return out;
    }

    std::vector<Method> methods_written()
    {
        const std::string out = written();
        std::string_view rest = out;
        if (rest.starts_with("AMQP"))
            rest.remove_prefix(8);
        std::vector<Method> methods;
        for (amqp::Frame frame{}; amqp::take_frame(rest, amqp::kMostFrame, frame) == amqp::Took::frame;)
            if (frame.type == amqp::FrameType::method)
                methods.push_back(*amqp::method_of(frame.payload));
        EXPECT_TRUE(rest.empty());
        return methods;
    }

    void open()
    {
        receive(broker::opening());
        ASSERT_EQ(session.state(), State::open) << session.why();
        written();
    }

    AmqpSession::Plan plan{
        .address = {.host = "rabbit", .user = "me", .password = "secret", .vhost = "chat"},
        .program = "test",
        .queues = {"q"},
        .consumers = {{.queue = "q", .is_settled = true}},
        .prefetch = 256,
        .most_body = 1'000,
    };
    Instant now{10'000};
    AmqpSession session{plan, now};
};

TEST_F(Session, OpensAsRecorded)
{
    EXPECT_EQ(written(), std::string("AMQP\0\0\x09\x01", 8));
    receive(broker::start());
    EXPECT_THAT(std::string(session.output()), HasSubstr(std::string("\0me\0secret", 10)));
    EXPECT_THAT(methods_written(), ElementsAre(Method::connection_start_ok));
    receive(broker::tune());
    EXPECT_THAT(
        std::string(session.output()),
        HasSubstr(
            broker::method(0, 0x000A001F, broker::number(2'047, 2) + broker::number(131'072, 4) + broker::number(5, 2))
        )
    );
    EXPECT_THAT(
        std::string(session.output()),
        HasSubstr(broker::method(0, 0x000A0028, broker::short_text("chat") + broker::short_text("") + '\0'))
    );
    EXPECT_THAT(methods_written(), ElementsAre(Method::connection_tune_ok, Method::connection_open));
    receive(broker::open_ok());
    const std::string out(session.output());
    EXPECT_THAT(
        out, HasSubstr(broker::method(
                 1, 0x0032000A, broker::number(0, 2) + broker::short_text("q") + '\0' + broker::long_text("")
             ))
    ) << "not durable";
    EXPECT_THAT(out, HasSubstr(broker::method(1, 0x003C000A, broker::number(0, 4) + broker::number(256, 2) + '\0')));
    EXPECT_THAT(
        methods_written(),
        ElementsAre(Method::channel_open, Method::queue_declare, Method::basic_qos, Method::basic_consume)
    );
    receive(broker::channel_open_ok() + broker::declare_ok("q") + broker::qos_ok());
    EXPECT_EQ(session.state(), State::opening);
    receive(broker::consume_ok("wgw-0"));
    EXPECT_EQ(session.state(), State::open);
}

TEST_F(Session, ReadsWhatComesByteByByte)
{
    const std::string all = broker::opening() + broker::deliver("wgw-0", 7) + broker::header(5) + broker::body("hel") +
                            broker::body("lo") + broker::heartbeat();
    for (const char byte : all)
        receive({&byte, 1});
    const auto deliveries = session.take_deliveries();
    ASSERT_EQ(deliveries.size(), 1u);
    EXPECT_EQ(deliveries[0].body, "hello");
    EXPECT_EQ(deliveries[0].tag, 7u);
    EXPECT_EQ(session.state(), State::open);
}

TEST_F(Session, ReadsProperties)
{
    using namespace broker;
    open();
    // headers, correlation-id, reply-to, expiration, message-id
    const std::string table = short_text("authorization") + 'S' + long_text("Bearer x") + short_text("n") + 'I' +
                              number(5, 4) + short_text("none") + 'V' + short_text("t") + 'F' + long_text("");
    receive(
        deliver("wgw-0", 1, true) + header(
                                        0, number(0x2780, 2) + long_text(table) + short_text("id") +
                                               short_text("back") + short_text("5000") + short_text("request-1")
                                    )
    );
    const auto got = session.take_deliveries().at(0);
    EXPECT_FALSE(got.is_broken);
    EXPECT_TRUE(got.is_redelivered);
    EXPECT_EQ(got.correlation_id, "id");
    EXPECT_EQ(got.reply_to, "back");
    EXPECT_EQ(got.expiration, 5s);
    EXPECT_EQ(got.message_id, "request-1");
    EXPECT_THAT(
        got.headers, ElementsAre(Header{"authorization", "Bearer x"}, Header{"n", "5"}, Header{"t", "[object Object]"})
    );
}

TEST_F(Session, ToleratesBrokenPropertiesAndLargeBodies)
{
    using namespace broker;
    open();
    receive(deliver("wgw-0", 1) + header(2, number(0x2000, 2) + number(99'999, 4)) + body("xx"));
    receive(deliver("wgw-0", 2) + header(1'001) + body(std::string(1'001, 'x')));
    std::string nested;
    for (int i = 0; i < 20'000; ++i)
        nested.insert(0, short_text("") + "F" + number(nested.size(), 4));
    receive(deliver("wgw-0", 3) + header(0, number(0x2000, 2) + long_text(nested)));
    receive(deliver("wgw-0", 4) + header(0, number(0x0100, 2) + short_text("9223372036854775808")));
    receive(deliver("wgw-0", 5) + header(1) + body("x"));
    const auto got = session.take_deliveries();
    ASSERT_EQ(got.size(), 5u);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_TRUE(got[i].is_broken);
        EXPECT_EQ(got[i].body, "");
    }
    EXPECT_FALSE(got[4].is_broken);
    EXPECT_EQ(got[4].body, "x");
}

TEST_F(Session, PublishesAsRecorded)
{
    using namespace broker;
    open();
    EXPECT_TRUE(session.publish(
        {.queue = "auth",
         .body = "body",
         .headers = {{"authorization", "Bearer x"}},
         .correlation_id = "id",
         .reply_to = "amq.rabbitmq.reply-to",
         .is_transient = true,
         .deadline = now + 5s},
        now
    ));
    const std::string table = short_text("authorization") + 'S' + long_text("Bearer x");
    EXPECT_EQ(
        written(), method(1, 0x003C0028, number(0, 2) + short_text("") + short_text("auth") + '\0') +
                       header(
                           4, number(0x3700, 2) + long_text(table) + '\1' + short_text("id") +
                                  short_text("amq.rabbitmq.reply-to") + short_text("5000")
                       ) +
                       body("body")
    );
    EXPECT_TRUE(session.publish({.queue = "back", .body = "", .correlation_id = "id", .message_id = "r1"}, now));
    EXPECT_EQ(
        written(), method(1, 0x003C0028, number(0, 2) + short_text("") + short_text("back") + '\0') +
                       header(0, number(0x2480, 2) + long_text("") + short_text("id") + short_text("r1"))
    );
}

TEST_F(Session, DoesNotPublishWhatIsLate)
{
    open();
    EXPECT_FALSE(session.publish({.queue = "q", .body = "x", .deadline = now}, now));
    EXPECT_EQ(written(), "");
}

TEST_F(Session, CutsABodyToTheFramesOfTheBroker)
{
    receive(
        broker::start() + broker::tune(4'096) + broker::open_ok() + broker::channel_open_ok() +
        broker::declare_ok("q") + broker::qos_ok() + broker::consume_ok("wgw-0")
    );
    ASSERT_EQ(session.state(), State::open);
    written();
    session.publish({.queue = "q", .body = std::string(10'000, 'x')}, now);
    const std::string out = written();
    std::string_view rest = out;
    std::size_t bytes = 0;
    for (amqp::Frame frame{}; amqp::take_frame(rest, 4'096 - 8, frame) == amqp::Took::frame;)
        if (frame.type == amqp::FrameType::body)
            bytes += frame.payload.size();
    EXPECT_EQ(bytes, 10'000u);
    EXPECT_TRUE(rest.empty()) << "a frame is larger than what was agreed";
}

TEST_F(Session, SettlesCancelsAndCloses)
{
    open();
    session.settle(7, Settled::done);
    session.settle(8, Settled::again);
    EXPECT_EQ(
        written(), broker::method(1, 0x003C0050, broker::number(7, 8) + '\0') +
                       broker::method(1, 0x003C0078, broker::number(8, 8) + '\2')
    );
    session.cancel();
    session.close();
    EXPECT_THAT(methods_written(), ElementsAre(Method::basic_cancel, Method::connection_close));
    EXPECT_EQ(session.state(), State::closing);
    receive(broker::close_ok());
    EXPECT_EQ(session.state(), State::closed);
}

TEST_F(Session, SaysWhatTheBrokerSaysAndWhatToDo)
{
    receive(broker::start() + broker::connection_close(403, "ACCESS_REFUSED - Login was refused"));
    EXPECT_EQ(session.state(), State::closed);
    EXPECT_THAT(
        session.why(), testing::AllOf(HasSubstr("403 ACCESS_REFUSED - Login was refused"), HasSubstr("RMQ_PASS"))
    );
}

TEST_F(Session, SaysThatAQueueHasOtherProperties)
{
    receive(broker::start() + broker::tune() + broker::open_ok() + broker::channel_open_ok());
    receive(broker::channel_close(406, "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q'"));
    EXPECT_THAT(session.why(), testing::AllOf(HasSubstr("406"), HasSubstr("delete_queue")));
}

TEST_F(Session, EndsWithAQueueThatIsDeleted)
{
    open();
    receive(broker::cancel("wgw-0"));
    EXPECT_THAT(session.why(), HasSubstr("deleted a queue"));
}

TEST_F(Session, KnowsThatTheBrokerTakesNothing)
{
    open();
    receive(broker::blocked("low on memory"));
    EXPECT_THAT(session.blocked(), HasSubstr("low on memory"));
    receive(broker::unblocked());
    EXPECT_EQ(session.blocked(), "");
    EXPECT_EQ(session.state(), State::open);
}

TEST_F(Session, BeatsWhileItHasNothingElseToSay)
{
    open();
    EXPECT_EQ(session.next_tick(), now + 2'500ms);
    for (int i = 0; i < 10; ++i) {
        now = now + 2'500ms;
        receive(broker::heartbeat());
        session.tick(now);
        EXPECT_EQ(written(), broker::heartbeat());
    }
}

TEST_F(Session, IsOverWhenTheBrokerIsSilent)
{
    open();
    now = now + AmqpSession::kSilence - 1ms;
    session.tick(now);
    EXPECT_EQ(session.state(), State::open);
    now = now + 1ms;
    session.tick(now);
    EXPECT_THAT(session.why(), HasSubstr("silent"));
}

TEST_F(Session, IsOverWhenTheBrokerDoesNotOpenInTime)
{
    receive(broker::start());
    now = now + AmqpSession::kOpening;
    receive(broker::heartbeat());
    session.tick(now);
    EXPECT_THAT(session.why(), HasSubstr("does not answer"));
}

TEST_F(Session, EndsOverWhatIsNoAmqp)
{
    for (const std::string& bytes :
         {std::string("HTTP/1.1 400 Bad Request\r\n\r\n"), std::string("AMQP\0\1\0\0", 8),
          std::string("\x15\x03\x03\0\2\2\x46", 7) + "xxxx", std::string("\x08\0\0\0\0\0\0x", 8),
          broker::frame(9, 0, ""), broker::frame(1, 0, "ab"), broker::body("x"), broker::header(1),
          broker::method(1, 0x00990099, ""), broker::start("EXTERNAL"), broker::method(0, 0x000A000A, "x"),
          broker::deliver("nobody", 1)}) {
        AmqpSession other(plan, now);
        other.receive(bytes, now, now);
        EXPECT_EQ(other.state(), State::closed) << bytes;
        EXPECT_FALSE(other.why().empty());
    }
}

TEST_F(Session, EndsOverAMessageOutOfOrder)
{
    for (const std::string& bytes :
         {broker::deliver("wgw-0", 1) + broker::body("x"), broker::deliver("wgw-0", 1) + broker::deliver("wgw-0", 2),
          broker::deliver("wgw-0", 1) + broker::header(1) + broker::body("xx"),
          broker::deliver("wgw-0", 1) + broker::header(1) + broker::header(1), broker::deliver("wgw-1", 1),
          broker::deliver("wgw-", 1), broker::deliver("wgw-0x", 1)}) {
        AmqpSession other(plan, now);
        other.receive(broker::opening() + bytes, now, now);
        EXPECT_EQ(other.state(), State::closed);
    }
}

}  // namespace
}  // namespace wgw::bus
