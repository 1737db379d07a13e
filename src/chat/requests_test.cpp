#include "chat/requests.hpp"

#include <gtest/gtest.h>

namespace wgw::chat {
namespace {

constexpr std::string_view kId = "0123456789abcdef01234567";

/// The properties that fail, in the order of the answer; "" if none does.
template <class Fields>
std::string failing(const Fields& fields, std::string_view text)
{
    const auto request = read(fields, text, Limits{});
    if (request)
        return "";
    std::string out;
    auto errors = JsonValue(request.error().errors).elements();
    while (const auto error = errors.next())
        out += (out.empty() ? "" : " ") + error->find("property")->string();
    return out;
}

std::string send_of(std::string_view more)
{
    return R"({"room_id":")" + std::string(kId) + R"(","content":"x")" + std::string(more) + "}";
}

struct Row {
    std::string_view name;
    std::string text;
    std::string failing;

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const Row kSends[] = {
    {"whole", send_of(""), ""},
    {"unknown_fields", send_of(R"(,"seq":9,"user_id":1)"), ""},
    {"a_key", send_of(R"(,"client_msg_id":"A-z.0:_9")"), ""},
    {"a_key_of_null", send_of(R"(,"client_msg_id":null)"), ""},
    {"a_key_of_64", send_of(R"(,"client_msg_id":")" + std::string(64, 'k') + R"(")"), ""},
    {"a_key_of_65", send_of(R"(,"client_msg_id":")" + std::string(65, 'k') + R"(")"), "client_msg_id"},
    {"an_empty_key", send_of(R"(,"client_msg_id":"")"), "client_msg_id"},
    {"a_key_with_a_space", send_of(R"(,"client_msg_id":"a b")"), "client_msg_id"},
    {"a_key_with_a_nul", send_of(R"(,"client_msg_id":"a\u0000")"), "client_msg_id"},
    {"a_key_that_is_a_number", send_of(R"(,"client_msg_id":7)"), "client_msg_id"},
    {"nothing", "", "room_id content"},
    {"null", "null", "room_id content"},
    {"an_array", "[]", "room_id content"},
    {"not_json", "{", "room_id content"},
    {"the_last_of_two_counts", send_of(R"(,"content":"")"), "content"},
    {"white_space_is_content", send_of(R"(,"content":" ")"), ""},
    {"a_nul_is_content", send_of(R"(,"content":"\u0000")"), ""},
};

class ASend : public testing::TestWithParam<Row> {};

TEST_P(ASend, IsTakenOrNamesWhatIsWrong) { EXPECT_EQ(failing(kSendRequest, GetParam().text), GetParam().failing); }

INSTANTIATE_TEST_SUITE_P(Table, ASend, testing::ValuesIn(kSends), [](const auto& row) {
    return std::string(row.param.name);
});

TEST(ARoomName, HasAtMostAHundredCharacters)
{
    const auto named = [](const std::string& name) {
        return failing(kCreateRoomRequest, R"({"name":")" + name + "\"}");
    };
    EXPECT_EQ(named(std::string(100, 'n')), "");
    EXPECT_EQ(named(std::string(101, 'n')), "name");
    EXPECT_EQ(named(""), "name");
    EXPECT_EQ(failing(kCreateRoomRequest, R"({"name":1})"), "name");
}

}  // namespace
}  // namespace wgw::chat
