#include "bus/nest_packet.hpp"
#include "codec/json_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace wgw::bus {
namespace {

using Kind = Answer::Kind;

TEST(ARequest, IsWrittenAsNestDoes)
{
    EXPECT_EQ(
        encode_request("chat.room.find_by_id", R"({"room_id":"6b02e9073b31be8f1705c167"})", "0123456789abcdef01234"),
        R"({"pattern":"chat.room.find_by_id","data":{"room_id":"6b02e9073b31be8f1705c167"},"id":"0123456789abcdef01234"})"
    );
    EXPECT_EQ(encode_request("chat.message.save", "", "1"), R"({"pattern":"chat.message.save","id":"1"})");
    EXPECT_EQ(encode_request("a\"b", "{}", "1"), R"({"pattern":"a\"b","data":{},"id":"1"})");
}

TEST(AnEvent, IsWrittenAsNestDoes)
{
    EXPECT_EQ(
        encode_event("chat.room.join", R"({"room_id":"1"})"), R"({"pattern":"chat.room.join","data":{"room_id":"1"}})"
    );
    EXPECT_EQ(encode_event("ping", ""), R"({"pattern":"ping"})");
}

TEST(AReply, IsWrittenAsNestDoes)
{
    EXPECT_EQ(
        encode_reply({.kind = Kind::value, .json = R"({"a":1})"}, "1"), R"({"response":{"a":1},"isDisposed":true})"
    );
    EXPECT_EQ(encode_reply({.kind = Kind::value, .json = "null"}, "1"), R"({"response":null,"isDisposed":true})");
    EXPECT_EQ(encode_reply({}, "1"), R"({"isDisposed":true})");
    EXPECT_EQ(
        encode_reply({.kind = Kind::error, .json = R"({"status":404,"data":{"message":"x"}})"}, "1"),
        R"({"err":{"status":404,"data":{"message":"x"}},"isDisposed":true})"
    );
    EXPECT_EQ(
        encode_reply({.kind = Kind::no_handler}, R"("id1")"),
        R"({"id":"id1","err":"There is no matching message handler defined in the remote service.","status":"error"})"
    );
}

TEST(ErrorsOfTheFence, AreAsRecorded)
{
    EXPECT_EQ(internal_error(), R"({"status":500,"data":{"message":"Oops! Something unexpected occurred."}})");
    EXPECT_EQ(
        unavailable_error(),
        R"({"status":503,"data":{"message":"Oops! Something unexpected occurred.","code":"unavailable","retry_after_ms":1000}})"
    );
}

struct RequestRow {
    std::string_view name;
    std::string body;
    std::expected<IncomingRequest, Dropped> request;

    friend void PrintTo(const RequestRow& row, std::ostream* out) { *out << row.name; }
};

const RequestRow kRequests[] = {
    {"request", R"({"pattern":"p","data":{"a":1},"id":"x"})", IncomingRequest{"p", R"({"a":1})", R"("x")"}},
    {"any_order", R"({"id":"x","data":{},"pattern":"p"})", IncomingRequest{"p", "{}", R"("x")"}},
    {"white_space", " { \"pattern\" : \"p\" , \"data\" : [ 1 ] , \"id\" : 7 } ", IncomingRequest{"p", "[ 1 ]", "7"}},
    {"no_id_is_an_event", R"({"pattern":"p","data":{}})", IncomingRequest{"p", "{}", {}}},
    {"id_null_is_a_request", R"({"pattern":"p","data":{},"id":null})", IncomingRequest{"p", "{}", "null"}},
    {"id_is_an_object", R"({"pattern":"p","id":{"a":1}})", IncomingRequest{"p", "", R"({"a":1})"}},
    {"id_with_escapes", R"({"pattern":"p","id":"\u0041\/"})", IncomingRequest{"p", "", R"("A/")"}},
    {"no_data", R"({"pattern":"p","id":"x"})", IncomingRequest{"p", "", R"("x")"}},
    {"data_null", R"({"pattern":"p","data":null,"id":"x"})", IncomingRequest{"p", "null", R"("x")"}},
    {"data_string", R"({"pattern":"p","data":"d","id":"x"})", IncomingRequest{"p", R"("d")", R"("x")"}},
    {"data_too_large_a_number", R"({"pattern":"p","data":1e400})", IncomingRequest{"p", "1e400", {}}},
    {"pattern_object", R"({"pattern":{"cmd":"x"},"data":{},"id":"x"})", IncomingRequest{"", "{}", R"("x")"}},
    {"pattern_number", R"({"pattern":5,"data":{},"id":"x"})", IncomingRequest{"", "{}", R"("x")"}},
    {"pattern_missing", R"({"data":{},"id":"x"})", IncomingRequest{"", "{}", R"("x")"}},
    {"pattern_with_escapes", R"({"pattern":"\u0070"})", IncomingRequest{"p", "", {}}},
    {"the_last_of_a_name_counts", R"({"pattern":"q","pattern":"p","data":1,"data":2,"id":1,"id":2})",
     IncomingRequest{"p", "2", "2"}},
    {"foreign", R"({"username":"grace.hopper"})", std::unexpected(Dropped::foreign)},
    {"id_alone", R"({"id":"x"})", std::unexpected(Dropped::foreign)},
    {"null", "null", std::unexpected(Dropped::foreign)},
    {"array", R"([{"pattern":"p"}])", std::unexpected(Dropped::foreign)},
    {"string", R"("pattern")", std::unexpected(Dropped::foreign)},
    {"empty", "", std::unexpected(Dropped::not_json)},
    {"text", "hello", std::unexpected(Dropped::not_json)},
    {"cut_off", R"({"pattern":"p","data")", std::unexpected(Dropped::not_json)},
    {"no_utf8", "{\"pattern\":\"\xff\"}", std::unexpected(Dropped::not_json)},
    {"too_deep", R"({"pattern":"p","data":)" + std::string(200, '[') + std::string(200, ']') + "}",
     std::unexpected(Dropped::too_large)},
    {"too_large", "\"" + std::string(kMostRequestBytes, 'x') + "\"", std::unexpected(Dropped::too_large)},
};

class RequestBody : public testing::TestWithParam<RequestRow> {};

TEST_P(RequestBody, IsReadAsNestDoes) { EXPECT_EQ(decode_request(GetParam().body), GetParam().request); }

INSTANTIATE_TEST_SUITE_P(, RequestBody, testing::ValuesIn(kRequests), [](const auto& row) {
    return std::string(row.param.name);
});

IncomingReply last(Kind kind, std::string json = {})
{
    return {
        .answer = Answer{.kind = kind, .json = std::move(json)}
    };
}

struct ReplyRow {
    std::string_view name;
    std::string body;
    IncomingReply reply;

    friend void PrintTo(const ReplyRow& row, std::ostream* out) { *out << row.name; }
};

// Those of reference/golden/rabbitmq-gateway.json, and what else JavaScript would make of a packet.
const ReplyRow kReplies[] = {
    {"value", R"({"response":{"a":1},"isDisposed":true})", last(Kind::value, R"({"a":1})")},
    {"value_with_id", R"({"id":"x","response":{"a":1},"isDisposed":true})", last(Kind::value, R"({"a":1})")},
    {"value_not_disposed", R"({"response":{"a":1}})", {false, Answer{.kind = Kind::value, .json = R"({"a":1})"}}},
    {"value_disposed_false", R"({"response":1,"isDisposed":false})", {false, Answer{.kind = Kind::value, .json = "1"}}},
    {"disposed_alone", R"({"isDisposed":true})", {true, {}}},
    {"disposed_one", R"({"isDisposed":1})", {true, {}}},
    {"disposed_text", R"({"isDisposed":"no"})", {true, {}}},
    {"disposed_null", R"({"isDisposed":null})", {false, {}}},
    {"value_null", R"({"response":null,"isDisposed":true})", last(Kind::value, "null")},
    {"value_zero", R"({"response":0,"isDisposed":true})", last(Kind::value, "0")},
    {"value_text", R"({"response":"x","isDisposed":true})", last(Kind::value, R"("x")")},
    {"value_array", R"({"response":[],"isDisposed":true})", last(Kind::value, "[]")},
    {"value_large_number", R"({"response":1e400,"isDisposed":true})", last(Kind::value, "1e400")},
    {"error", R"({"err":{"status":418,"data":"text"},"isDisposed":true})",
     last(Kind::error, R"({"status":418,"data":"text"})")},
    {"error_not_disposed", R"({"err":{"status":404}})", last(Kind::error, R"({"status":404})")},
    {"error_empty_object", R"({"err":{},"isDisposed":true})", last(Kind::error, "{}")},
    {"error_beats_value", R"({"err":"e","response":1,"isDisposed":true})", last(Kind::error, R"("e")")},
    {"error_null_is_none", R"({"err":null,"response":1,"isDisposed":true})", last(Kind::value, "1")},
    {"error_false_is_none", R"({"err":false,"response":1,"isDisposed":true})", last(Kind::value, "1")},
    {"error_zero_is_none", R"({"err":0,"response":1,"isDisposed":true})", last(Kind::value, "1")},
    {"error_no_text_is_none", R"({"err":"","response":1,"isDisposed":true})", last(Kind::value, "1")},
    {"error_null_alone", R"({"err":null})", {false, {}}},
    {"no_handler",
     R"({"id":"x","err":"There is no matching message handler defined in the remote service.","status":"error"})", last(Kind::no_handler)},
    {"bare_object", R"({"a":1})", last(Kind::value, R"({"a":1})")},
    {"bare_array", "[1,2]", last(Kind::value, "[1,2]")},
    {"bare_string", R"("x")", last(Kind::value, R"("x")")},
    {"bare_null", "null", last(Kind::value, "null")},
    {"bare_false", " false ", last(Kind::value, "false")},
    {"no_json", "hello", last(Kind::value, R"("hello")")},
    {"no_json_with_quotes", "say \"hello\"\n", last(Kind::value, R"("say \"hello\"\n")")},
    {"no_utf8", "\xff", last(Kind::value, "\"\xef\xbf\xbd\"")},
    {"empty", "", last(Kind::value, R"("")")},
    {"too_deep", std::string(300, '[') + std::string(300, ']'), last(Kind::error, internal_error())},
    {"too_large", std::string(kMostReplyBytes + 1, ' '), last(Kind::error, internal_error())},
};

class ReplyBody : public testing::TestWithParam<ReplyRow> {};

TEST_P(ReplyBody, IsReadAsNestDoes) { EXPECT_EQ(decode_reply(GetParam().body), GetParam().reply); }

INSTANTIATE_TEST_SUITE_P(, ReplyBody, testing::ValuesIn(kReplies), [](const auto& row) {
    return std::string(row.param.name);
});

TEST(AReply, OfOursIsReadByUs)
{
    for (const auto kind : {Kind::value, Kind::error, Kind::no_handler}) {
        const Answer answer{.kind = kind, .json = kind == Kind::no_handler ? "" : R"({"a":[1,2]})"};
        EXPECT_EQ(decode_reply(encode_reply(answer, "null")), (IncomingReply{true, answer}));
    }
    EXPECT_EQ(decode_reply(encode_reply({}, "null")), (IncomingReply{true, {}}));
}

TEST(ALongList, IsRead)
{
    std::string list = "[0";
    for (int i = 0; i < 500'000; ++i)
        list += ",1";
    list += "]";
    EXPECT_EQ(decode_reply(encode_reply({.kind = Kind::value, .json = list}, "")), last(Kind::value, list));
}

}  // namespace
}  // namespace wgw::bus
