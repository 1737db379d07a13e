#include "sio/protocol/socket_session.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wgw::sio {
namespace {

std::string told(const std::monostate&) { return ""; }
std::string told(const Connect& connect) { return "connect " + std::string(connect.nsp) + std::string(connect.auth); }
std::string told(const Disconnect& disconnect) { return "disconnect " + std::string(disconnect.nsp); }
std::string told(const Violation&) { return "violation"; }
std::string told(const TooMany& many) { return std::string(many.refusal.packet()); }

std::string told(std::span<const std::string> attachments)
{
    std::string all;
    for (const auto& attachment : attachments)
        all += " <" + attachment + ">";
    return all;
}
std::string told(const Event& event)
{
    return "event " + std::string(event.nsp) + (event.ack ? " " + std::to_string(*event.ack) : "") + " " +
           std::string(event.json) + told(event.attachments);
}
std::string told(const Ack& ack)
{
    return "ack " + std::string(ack.nsp) + " " + std::to_string(ack.id) + " " + std::string(ack.json) +
           told(ack.attachments);
}

/// A session driven by lines: `<packet>`, `binary <bytes>`, `accept /n`, `refuse /n`, `leave /n`, `excuse`, `now <ms>`,
/// and `at <ms>` with a tick.
class Script {
public:
    explicit Script(const SocketOptions& options = {}) : options_(options), session(options_, Instant{0}) {}

    std::string play(std::string_view line)
    {
        const auto rest = line.substr(std::min(line.size(), line.find(' ') + 1));
        if (line.starts_with("accept "))
            return std::string(session.accept(rest, "s1").packet());
        if (line.starts_with("refuse "))
            return std::string(session.refuse(rest, "no").packet());
        if (line.starts_with("leave "))
            return std::string(session.leave(rest).packet());
        if (line == "excuse") {
            session.excuse(now_);
            return {};
        }
        if (line.starts_with("now ")) {
            now_ = Instant{std::stoll(std::string(rest))};
            return {};
        }
        if (line.starts_with("at ")) {
            now_ = Instant{std::stoll(std::string(rest))};
            return tell(session.tick(now_));
        }
        if (line.starts_with("binary "))
            return tell(session.binary(rest, now_));
        return tell(session.text(line, now_));
    }

private:
    static std::string tell(const SocketEvent& event)
    {
        return std::visit([](const auto& one) { return told(one); }, event);
    }

    SocketOptions options_;
    Instant now_{0};

public:
    SocketSession session;
};

struct Line {
    std::string_view in;
    std::string_view out;
};

struct Row {
    std::string_view name;
    std::vector<Line> lines;

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const Row kRows[] = {
    {"AConnectIsAcceptedWithASid",
     {{"0", "connect /"}, {"accept /", R"(40{"sid":"s1"})"}, {"2[\"x\"]", "event / [\"x\"]"}}                                           },
    {"AConnectCarriesItsAuth",                                {{R"(0{"token":"t"})", R"(connect /{"token":"t"})"}}                      },
    {"NamespacesAreJoinedOneByOne",
     {{"0/n,", "connect /n"},
      {"0", "connect /"},
      {"accept /n", R"(40/n,{"sid":"s1"})"},
      {"2/n,5[\"x\",1]", "event /n 5 [\"x\",1]"},
      {"2[\"x\"]", "violation"}}                                                                                                        },
    {"ANamespaceWithoutACommaIsTheSame",
     {{"0/custom", "connect /custom"},
      {"accept /custom", R"(40/custom,{"sid":"s1"})"},
      {"1/custom", "disconnect /custom"}}                                                                                               },
    {"ARefusedConnectMayTryAgain",
     {{"0/n,", "connect /n"},
      {"refuse /n", R"(44/n,{"message":"no"})"},
      {"0/n,", "connect /n"},
      {"accept /n", R"(40/n,{"sid":"s1"})"}}                                                                                            },
    {"ADisconnectLeavesOneNamespace",
     {{"0", "connect /"},
      {"accept /", R"(40{"sid":"s1"})"},
      {"1", "disconnect /"},
      {"at 60000", ""},
      {"2[\"x\"]", "violation"}}                                                                                                        },
    {"ADisconnectedNamespaceMayBeJoinedAnew",
     {{"0", "connect /"},
      {"accept /", R"(40{"sid":"s1"})"},
      {"1", "disconnect /"},
      {"0", "connect /"},
      {"accept /", R"(40{"sid":"s1"})"}}                                                                                                },
    {"OursDropsPacketsForANamespaceThatTheServerHasJustLeft",
     {{"0/n,", "connect /n"},
      {"accept /n", R"(40/n,{"sid":"s1"})"},
      {"leave /n", "41/n,"},
      {"2/n,[\"x\"]", ""},
      {"3/n,1[]", ""},
      {"1/n,", ""},
      {"51-/n,[\"x\"]", ""},
      {"binary b", ""},
      {"0/n,", "connect /n"}}                                                                                                           },
    {"ServerLeavesTheRootNamespace",
     {{"0", "connect /"}, {"accept /", R"(40{"sid":"s1"})"}, {"leave /", "41"}, {"2[\"x\"]", ""}, {"0", "connect /"}}                   },

    {"OpensWithAnEvent",                                      {{"2[\"x\"]", "violation"}}                                               },
    {"OpensWithADisconnect",                                  {{"1", "violation"}}                                                      },
    {"OpensWithAnAck",                                        {{"31[]", "violation"}}                                                   },
    {"EventWhileItsConnectIsPending",                         {{"0", "connect /"}, {"2[\"x\"]", "violation"}}                           },
    {"OursClosesOnASecondConnectWhileTheFirstIsPending",      {{"0", "connect /"}, {"0", "violation"}}                                  },
    {"NothingIsAnEventAfterAViolation",                       {{"2[\"x\"]", "violation"}, {"0", ""}, {"binary b", ""}, {"at 60000", ""}}},

    {"ABinaryEventWaitsForItsAttachments",
     {{"0", "connect /"},
      {"accept /", R"(40{"sid":"s1"})"},
      {R"(52-3["f",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])", ""},
      {"binary a", ""},
      {"binary b", R"(event / 3 ["f",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}] <a> <b>)"},
      {"2[\"x\"]", "event / [\"x\"]"}}                                                                                                  },
    {"ABinaryAckWaitsForItsAttachments",
     {{"0/n", "connect /n"}, {"accept /n", R"(40/n,{"sid":"s1"})"}, {"61-/n,7[]", ""}, {"binary a", "ack /n 7 [] <a>"}}
    },
    {"AttachmentsMayStayUnusedAndBeEmpty",
     {{"0", "connect /"}, {"accept /", R"(40{"sid":"s1"})"}, {"51-[\"f\"]", ""}, {"binary ", "event / [\"f\"] <>"}}                     },
    {"AttachmentsHaveTenSeconds",
     {{"0", "connect /"},
      {"accept /", R"(40{"sid":"s1"})"},
      {"at 5000", ""},
      {"51-[\"f\"]", ""},
      {"at 14999", ""},
      {"at 15000", "violation"}}                                                                                                        },
    {"AttachmentsThatWereNotReadHaveTheirTimeAnew",
     {{"0", "connect /"},
      {"accept /", R"(40{"sid":"s1"})"},
      {"52-[\"f\"]", ""},
      {"now 60000", ""},
      {"excuse", ""},
      {"at 69999", ""},
      {"binary a", ""},
      {"at 70000", "violation"}}                                                                                                        },
    {"AnExcuseIsNoReasonToWaitForANamespace",                 {{"at 9999", ""}, {"excuse", ""}, {"at 10000", "violation"}}              },
    {"AnExcuseMayComeWhenNothingIsDue",
     {{"0", "connect /"}, {"accept /", R"(40{"sid":"s1"})"}, {"excuse", ""}, {"at 60000", ""}}                                          },
    {"WithoutANamespaceThereAreTenSeconds",                   {{"0", "connect /"}, {"at 9999", ""}, {"at 10000", "violation"}}          },
};

class SocketScript : public testing::TestWithParam<Row> {};

TEST_P(SocketScript, DoesWhatTheRowSays)
{
    Script script;
    for (const auto& line : GetParam().lines)
        EXPECT_EQ(script.play(line.in), line.out) << "after: " << line.in;
}

INSTANTIATE_TEST_SUITE_P(Table, SocketScript, testing::ValuesIn(kRows), [](const auto& row) {
    return std::string(row.param.name);
});

Script joined(const SocketOptions& options = {})
{
    Script script(options);
    script.play("0");
    script.play("accept /");
    return script;
}

// The rows of "sent after 40", without the Engine.IO 4.
TEST(SocketViolation, IsWhatCannotBeReadOrDoesNotBelong)
{
    for (const auto* packet :
         {"",
          "7",
          "2{}",
          "2[]",
          R"(2["connect"])",
          R"(50-["x"])",
          R"(511-["x"])",
          R"(21.5["x"])",
          R"(2abc["x"])",
          "3abc",
          "4",
          R"(4{"message":"m"})",
          "1{}",
          R"(0/x,"str")",
          "0",
          R"(2/x,["x"])",
          "1/x,",
          "3/x,1[]",
          "2",
          "3",
          "51-",
          R"(51-["x",{"_placeholder":true,"num":1}])",
          "binary b"}) {
        auto script = joined();
        EXPECT_EQ(script.play(packet), "violation") << packet;
        // What one session was sent does not spoil the next.
        auto fresh = joined();
        EXPECT_EQ(fresh.play(R"(2["x"])"), R"(event / ["x"])");
    }
}

TEST(SocketViolation, IsTextWhileAttachmentsAreDue)
{
    for (const auto* packet : {R"(2["x"])", R"(51-["x"])", "0/n,", "31[]"}) {
        auto script = joined();
        EXPECT_EQ(script.play(R"(51-["f"])"), "");
        EXPECT_EQ(script.play(packet), "violation") << packet;
    }
}

TEST(SocketSession, DeliversOrIgnoresWhatStaysOpen)
{
    auto script = joined();
    EXPECT_EQ(script.play("2[1]"), "event / [1]");
    EXPECT_EQ(script.play("3[]"), "");
    EXPECT_EQ(script.play("312[]"), "ack / 12 []");  // whether the id is known is the caller's matter
    EXPECT_EQ(script.play(R"(2["x",{"_placeholder":true,"num":7}])"), R"(event / ["x",{"_placeholder":true,"num":7}])");
}

TEST(SocketSession, HasAtMost32Namespaces)
{
    auto script = joined();
    for (int i = 1; i < 32; ++i)
        EXPECT_EQ(script.play("0/" + std::to_string(i)), "connect /" + std::to_string(i));
    EXPECT_EQ(script.play("0/32"), R"(44/32,{"message":"Too many namespaces"})");
    script.play("accept /7");
    script.play("1/7");
    EXPECT_EQ(script.play("0/32"), "connect /32");
}

TEST(SocketSession, NamespacesThatTheServerHasLeftMakeRoom)
{
    auto script = joined({.max_namespaces = 2});
    script.play("0/a");
    script.play("accept /a");
    script.play("leave /a");
    EXPECT_EQ(script.play("0/b"), "connect /b");
    EXPECT_EQ(script.play("0/c"), R"(44/c,{"message":"Too many namespaces"})");
}

TEST(SocketSession, BinaryPacketIsBoundedWithItsAttachments)
{
    const std::string header = R"(52-["f"])";  // 8 bytes
    auto fits = joined({.max_payload = 16});
    fits.play(header);
    EXPECT_EQ(fits.play("binary 1234"), "");
    EXPECT_EQ(fits.play("binary 5678"), R"(event / ["f"] <1234> <5678>)");
    auto too_large = joined({.max_payload = 15});
    too_large.play(header);
    too_large.play("binary 1234");
    EXPECT_EQ(too_large.play("binary 5678"), "violation");
}

// A packet of a megabyte could otherwise be gigabytes for whoever passes it on.
TEST(SocketSession, BinaryPacketIsBoundedWithItsAttachmentsAsOftenAsTheyAreMeant)
{
    const std::string one = R"({"_placeholder":true,"num":0})";
    const auto play = [&](std::size_t attachment) {
        auto script = joined({.max_payload = 1'000});
        script.play("51-[\"f\"," + one + "," + one + "," + one + "]");
        return script.play("binary " + std::string(attachment, 'x'));
    };
    EXPECT_TRUE(play(333).starts_with("event / "));
    EXPECT_EQ(play(334), "violation");
}

TEST(SocketSession, RefusalMayCarryData)
{
    SocketOptions options;
    SocketSession session(options, Instant{0});
    session.text("0/n,", Instant{0});
    EXPECT_EQ(
        session.refuse("/n", "not \"you\"", R"({"code":1})").packet(),
        R"(44/n,{"message":"not \"you\"","data":{"code":1}})"
    );
    EXPECT_EQ(session.state("/n"), SocketSession::State::absent);
}

TEST(SocketSession, DeadlineIsTheNearest)
{
    SocketOptions options;
    SocketSession session(options, Instant{0});
    EXPECT_EQ(session.next_deadline(), Instant{10'000});
    session.text("0", Instant{0});
    session.accept("/", "s1");
    EXPECT_EQ(session.next_deadline(), Instant{std::numeric_limits<std::int64_t>::max()});
    session.text(R"(51-["f"])", Instant{500});
    EXPECT_EQ(session.next_deadline(), Instant{10'500});
}

TEST(SocketSession, KeepsWhatABinaryPacketLooksIntoUntilItIsReleased)
{
    SocketOptions options;
    SocketSession session(options, Instant{0});
    session.text("0/n", Instant{0});
    session.accept("/n", "s1");
    {
        const std::string header = R"(51-/n,["f"])";
        session.text(header, Instant{0});
    }
    session.release();  // not while attachments are due
    const auto event = std::get<Event>(session.binary("b", Instant{0}));
    EXPECT_EQ(event.nsp, "/n");
    EXPECT_EQ(event.json, R"(["f"])");
    EXPECT_EQ(event.attachments[0], "b");
    session.release();
}

// The parser for MessagePack.

std::string connect_packet(std::string_view nsp = "/")
{
    return encode_msgpack({.type = PacketType::connect, .nsp = nsp, .json = R"({"t":"x"})"});
}

class AMsgpackClient : public testing::Test {
protected:
    AMsgpackClient()
    {
        EXPECT_EQ(script_.play("binary " + connect_packet()), R"(connect /{"t":"x"})");
        EXPECT_EQ(script_.play("accept /"), encode_msgpack({.type = PacketType::connect, .json = R"({"sid":"s1"})"}));
    }
    Script script_;
};

TEST_F(AMsgpackClient, IsKnownByItsFirstMessageAndAnsweredInItsForm)
{
    EXPECT_TRUE(script_.session.speaks_msgpack());
    script_.play("binary " + connect_packet("/n"));
    const auto refusal = script_.session.refuse("/n", "no");
    EXPECT_TRUE(refusal.is_binary());
    EXPECT_EQ(
        refusal.packet(),
        encode_msgpack({.type = PacketType::connect_error, .nsp = "/n", .json = R"({"message":"no"})"})
    );
    EXPECT_EQ(script_.play("leave /"), encode_msgpack({.type = PacketType::disconnect}));
}

TEST_F(AMsgpackClient, SendsEventsWithTheirBytesInOneMessage)
{
    const std::vector<std::string> attachments{"bytes"};
    const std::string_view json = R"(["f",{"_placeholder":true,"num":0}])";
    const auto event = encode_msgpack({PacketType::binary_event, "/", 3, 1, json}, attachments);
    EXPECT_EQ(script_.play("binary " + event), "event / 3 " + std::string(json) + " <bytes>");
    const auto ack = encode_msgpack({PacketType::ack, "/", 7, 0, "[1]"});
    EXPECT_EQ(script_.play("binary " + ack), "ack / 7 [1]");
    EXPECT_EQ(script_.play("binary " + encode_msgpack({.type = PacketType::disconnect})), "disconnect /");
}

TEST_F(AMsgpackClient, StaysWithItsParser) { EXPECT_EQ(script_.play(R"(2["x"])"), "violation"); }

TEST_F(AMsgpackClient, IsHeldToTheSameRules)
{
    EXPECT_EQ(script_.play("binary " + connect_packet()), "violation") << "a second CONNECT";
    for (const std::string& bytes :
         {std::string("x"), std::string(), encode_msgpack({PacketType::event, "/x", {}, 0, R"(["e"])"})}) {
        Script fresh;
        fresh.play("binary " + connect_packet());
        fresh.play("accept /");
        EXPECT_EQ(fresh.play("binary " + bytes), "violation");
    }
}

TEST(SocketSession, HearsMsgpackOnlyFromTheStartAndIfItMay)
{
    auto text = joined();
    EXPECT_FALSE(text.session.speaks_msgpack());
    EXPECT_EQ(text.play("binary " + connect_packet("/n")), "violation");
    Script off({.msgpack = false});
    EXPECT_EQ(off.play("binary " + connect_packet()), "violation");
}

}  // namespace
}  // namespace wgw::sio
