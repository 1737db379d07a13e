#include "model/fields.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

struct SignUp {
    std::string first_name;
    std::optional<std::string> last_name;
    std::string username;
    std::string password;
};

constexpr auto kSignUp = fields<SignUp>(
    field("first_name", &SignUp::first_name, not_empty | max_length(&Limits::name_max), "The first name."),
    field("last_name", &SignUp::last_name, max_length(&Limits::name_max), "The last name."),
    field(
        "username", &SignUp::username,
        not_empty | min_length(&Limits::username_min) | max_length(&Limits::username_max), "The user name."
    ),
    field("password", &SignUp::password, not_empty | min_length(&Limits::password_min), "The password.")
);

struct Send {
    Id room_id;
    std::string content;
    std::optional<std::string> client_msg_id;
    std::int64_t limit = 50;
    bool urgent = false;
};

constexpr auto kSend = fields<Send>(
    field("room_id", &Send::room_id, mongo_id, "The room."), field("content", &Send::content, not_empty, "The text."),
    field("client_msg_id", &Send::client_msg_id, key(1, 64), "Makes a repeated send harmless."),
    field("limit", &Send::limit, optional | at_least(1), "How many."),
    field("urgent", &Send::urgent, optional, "Is it urgent?")
);

constexpr std::string_view kRoom = "5f0c1d2e3f4a5b6c7d8e9f00";
constexpr std::string_view kAllMissing =
    R"([{"property":"first_name","children":[],"constraints":{"isNotEmpty":"first_name should not be empty","isString":"first_name must be a string"}},{"property":"username","children":[],"constraints":{"isNotEmpty":"username should not be empty","isString":"username must be a string","minLength":"username must be longer than or equal to 6 characters"}},{"property":"password","children":[],"constraints":{"isNotEmpty":"password should not be empty","isString":"password must be a string","minLength":"password must be longer than or equal to 6 characters"}}])";
constexpr std::string_view kShortUsername =
    R"([{"property":"username","children":[],"constraints":{"minLength":"username must be longer than or equal to 6 characters"}}])";

struct Row {
    std::string_view name;
    std::string input;
    std::string_view errors;  ///< Empty: accepted.

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

std::string many(std::string_view part, int times)
{
    std::string text;
    for (int i = 0; i < times; ++i)
        text += part;
    return text;
}

std::string sign_up(std::string_view username, std::string_view first_name = "Grace")
{
    return R"({"first_name":")" + std::string(first_name) + R"(","username":")" + std::string(username) +
           R"(","password":"cobol1959"})";
}

const Row kSignUps[] = {
    {"good", R"({"first_name":"Grace","last_name":"Hopper","username":"grace.hopper","password":"cobol1959"})", ""},
    {"last_name_missing", sign_up("grace.hopper"), ""},
    {"last_name_null", R"({"first_name":"G","last_name":null,"username":"grace.hopper","password":"cobol1959"})", ""},
    {"last_name_empty", R"({"first_name":"G","last_name":"","username":"grace.hopper","password":"cobol1959"})", ""},
    {"unknown_field", R"({"first_name":"G","username":"grace.hopper","password":"cobol1959","_id":5})", ""},
    {"white_space_is_something", sign_up("  ab  ", " "), ""},
    {"last_of_a_repeated_name", R"({"first_name":5,"first_name":"G","username":"abcdef","password":"cobol1959"})", ""},
    {"empty_object", "{}", kAllMissing},
    {"array", R"([{"first_name":"G","username":"grace.hopper","password":"cobol1959"}])", kAllMissing},
    {"string", R"("hello")", kAllMissing},
    {"null", "null", kAllMissing},
    {"no_json", "hello", kAllMissing},
    {"nothing", "", kAllMissing},
    {"null_first_name", R"({"first_name":null,"username":"grace.hopper","password":"cobol1959"})",
     R"([{"property":"first_name","children":[],"constraints":{"isNotEmpty":"first_name should not be empty","isString":"first_name must be a string"}}])"
    },
    {"empty_first_name", sign_up("grace.hopper", ""),
     R"([{"property":"first_name","children":[],"constraints":{"isNotEmpty":"first_name should not be empty"}}])"},
    {"empty_username", sign_up(""),
     R"([{"property":"username","children":[],"constraints":{"isNotEmpty":"username should not be empty","minLength":"username must be longer than or equal to 6 characters"}}])"
    },
    {"short_username", sign_up("abcde"), kShortUsername},
    {"six_emoji", sign_up(many("😀", 6)), ""},
    {"five_emoji", sign_up(many("😀", 5)), kShortUsername},
    {"five_with_variation_selectors", sign_up(many("❤️", 5)), kShortUsername},
    {"six_escaped_surrogate_pairs", sign_up(many(R"(\ud83d\ude00)", 6)), ""},
    {"longest_username", sign_up(many("é", 64)), ""},
    {"too_long_username", sign_up(many("é", 65)),
     R"([{"property":"username","children":[],"constraints":{"maxLength":"username must be shorter than or equal to 64 characters"}}])"
    },
    {"too_long_first_name", sign_up("grace.hopper", many("a", 101)),
     R"([{"property":"first_name","children":[],"constraints":{"maxLength":"first_name must be shorter than or equal to 100 characters"}}])"
    },
    {"array_username", R"({"first_name":"Grace","username":["abcdefg"],"password":"cobol1959"})",
     R"([{"property":"username","children":[],"constraints":{"isString":"username must be a string","minLength":"username must be longer than or equal to 6 characters"}}])"
    },
    {"everything_wrong", R"({"first_name":1,"last_name":2,"username":3,"password":4})",
     R"([{"property":"first_name","children":[],"constraints":{"isString":"first_name must be a string"}},{"property":"last_name","children":[],"constraints":{"isString":"last_name must be a string"}},{"property":"username","children":[],"constraints":{"isString":"username must be a string","minLength":"username must be longer than or equal to 6 characters"}},{"property":"password","children":[],"constraints":{"isString":"password must be a string","minLength":"password must be longer than or equal to 6 characters"}}])"
    },
};

class ReadingASignUp : public testing::TestWithParam<Row> {};

TEST_P(ReadingASignUp, AnswersTheRecordedErrors)
{
    const auto result = read(kSignUp, GetParam().input, Limits{});
    ASSERT_EQ(result.has_value(), GetParam().errors.empty());
    if (!result) {
        EXPECT_EQ(result.error().code, Errc::validation_failed);
        EXPECT_EQ(result.error().errors, GetParam().errors);
    }
}

INSTANTIATE_TEST_SUITE_P(Table, ReadingASignUp, testing::ValuesIn(kSignUps), [](const auto& row) {
    return std::string(row.param.name);
});

std::string send(std::string_view members) { return R"({"content":"hi",)" + std::string(members) + "}"; }

constexpr std::string_view kNoId =
    R"([{"property":"room_id","children":[],"constraints":{"isMongoId":"room_id must be a mongodb id"}}])";
constexpr std::string_view kNoKey =
    R"([{"property":"client_msg_id","children":[],"constraints":{"matches":"client_msg_id must match /^[A-Za-z0-9._:-]{1,64}$/ regular expression"}}])";

std::string send_key(std::string_view value)
{
    return send(R"("room_id":"5f0c1d2e3f4a5b6c7d8e9f00","client_msg_id":)" + std::string(value));
}

std::string send_with(std::string_view member)
{
    return send(R"("room_id":"5f0c1d2e3f4a5b6c7d8e9f00",)" + std::string(member));
}

const Row kSends[] = {
    {"lower_case_id", send(R"("room_id":"5f0c1d2e3f4a5b6c7d8e9f00")"), ""},
    {"upper_case_id", send(R"("room_id":"5F0C1D2E3F4A5B6C7D8E9F00")"), ""},
    {"id_of_12_characters", send(R"("room_id":"abcdefghijkl")"), kNoId},
    {"id_of_0x", send(R"("room_id":"0x5f0c1d2e3f4a5b6c7d8e9f")"), kNoId},
    {"id_is_a_number", send(R"("room_id":5)"), kNoId},
    {"empty_id", send(R"("room_id":"")"),
     R"([{"property":"room_id","children":[],"constraints":{"isNotEmpty":"room_id should not be empty","isMongoId":"room_id must be a mongodb id"}}])"
    },
    {"nothing", "{}",
     R"([{"property":"room_id","children":[],"constraints":{"isNotEmpty":"room_id should not be empty","isMongoId":"room_id must be a mongodb id"}},{"property":"content","children":[],"constraints":{"isNotEmpty":"content should not be empty","isString":"content must be a string"}}])"
    },
    {"key", send_key(R"("a.B_9:-")"), ""},
    {"null_key", send_key("null"), ""},
    {"longest_key", send_key('"' + many("k", 64) + '"'), ""},
    {"too_long_key", send_key('"' + many("k", 65) + '"'), kNoKey},
    {"empty_key", send_key(R"("")"), kNoKey},
    {"key_with_a_space", send_key(R"("a b")"), kNoKey},
    {"key_is_a_number", send_key("7"),
     R"([{"property":"client_msg_id","children":[],"constraints":{"isString":"client_msg_id must be a string","matches":"client_msg_id must match /^[A-Za-z0-9._:-]{1,64}$/ regular expression"}}])"
    },
    {"limit", send_with(R"("limit":7)"), ""},
    {"limit_of_0", send_with(R"("limit":0)"),
     R"([{"property":"limit","children":[],"constraints":{"min":"limit must not be less than 1"}}])"},
    {"limit_is_text", send_with(R"("limit":"7")"),
     R"([{"property":"limit","children":[],"constraints":{"isInt":"limit must be an integer number","min":"limit must not be less than 1"}}])"
    },
    {"urgent_is_text", send_with(R"("urgent":"true")"),
     R"([{"property":"urgent","children":[],"constraints":{"isBoolean":"urgent must be a boolean value"}}])"},
};

class ReadingASend : public testing::TestWithParam<Row> {};

TEST_P(ReadingASend, AnswersTheErrorsOfItsRules)
{
    const auto result = read(kSend, GetParam().input, Limits{});
    EXPECT_EQ(result ? std::string() : result.error().errors, GetParam().errors);
}

INSTANTIATE_TEST_SUITE_P(Table, ReadingASend, testing::ValuesIn(kSends), [](const auto& row) {
    return std::string(row.param.name);
});

TEST(Reading, FillsTheStructAndLeavesDefaults)
{
    const auto request = read(kSend, send_with(R"("client_msg_id":"k1","urgent":true)"), Limits{});
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->room_id.hex(), kRoom);
    EXPECT_EQ(request->content, "hi");
    EXPECT_EQ(request->client_msg_id, "k1");
    EXPECT_EQ(request->limit, 50);
    EXPECT_TRUE(request->urgent);
}

TEST(Reading, TakesPairsBeforeMembersAndNumbersFromTheirText)
{
    const std::string body = R"({"content":"hi","room_id":"nonsense"})";
    const std::vector<Input::Pair> pairs{
        {"room_id", std::string(kRoom)},
        {"limit",   "7"               },
        {"urgent",  "true"            }
    };
    const auto request = read(kSend, Input{JsonValue(body), pairs}, Limits{});
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->room_id.hex(), kRoom);
    EXPECT_EQ(request->content, "hi");
    EXPECT_EQ(request->limit, 7);
    EXPECT_TRUE(request->urgent);
}

TEST(Reading, TakesTheLastOfRepeatedPairsAndOnlyWholeTexts)
{
    const std::string body = R"({"content":"hi"})";
    const auto read_pairs = [&](std::vector<Input::Pair> pairs) {
        pairs.push_back({"room_id", std::string(kRoom)});
        return read(kSend, Input{JsonValue(body), pairs}, Limits{});
    };
    EXPECT_EQ(
        read_pairs({
                       {"limit", "7"},
                       {"limit", "8"}
    })
            ->limit,
        8
    );
    EXPECT_FALSE(read_pairs({
                                {"urgent", "false"}
    })
                     ->urgent);
    EXPECT_EQ(
        read_pairs({
                       {"limit",  "7x" },
                       {"urgent", "yes"}
    })
            .error()
            .errors,
        R"([{"property":"limit","children":[],"constraints":{"isInt":"limit must be an integer number","min":"limit must not be less than 1"}},{"property":"urgent","children":[],"constraints":{"isBoolean":"urgent must be a boolean value"}}])"
    );
}

TEST(Reading, QuotesTheConfiguredBound)
{
    Limits limits;
    limits.username_min = 13;
    const auto request = read(kSignUp, sign_up("grace.hopper"), limits);
    ASSERT_FALSE(request.has_value());
    EXPECT_EQ(
        request.error().errors,
        R"([{"property":"username","children":[],"constraints":{"minLength":"username must be longer than or equal to 13 characters"}}])"
    );
}

struct Room {
    Id _id;
    std::string name;
    std::optional<std::string> topic;
    std::optional<Id> owner_id;
    Timestamp created_at;
    std::int64_t version = 0;
    bool open = true;
    RawJson user;
};

constexpr auto kRoomFields = fields<Room>(
    field("_id", &Room::_id, mongo_id, "The id."), field("name", &Room::name, not_empty, "The name."),
    field("topic", &Room::topic, any, "The topic, or null."),
    field("owner_id", &Room::owner_id, left_out, "The owner."),
    field("created_at", &Room::created_at, any, "When it was made."), field("__v", &Room::version, any, "Always 0."),
    field("open", &Room::open, any, "Is it open?"), field("user", &Room::user, any, "Who made it.")
);

const Room kLobby{*Id::parse(kRoom), "A \"lobby\"/李", {}, {}, {1'795'352'738'051}, 0, true, {}};

TEST(Writing, FollowsTheRowsWithNullsWhereNothingIsLeftOut)
{
    std::string out;
    write(out, kRoomFields, kLobby);
    EXPECT_EQ(
        out,
        R"({"_id":"5f0c1d2e3f4a5b6c7d8e9f00","name":"A \"lobby\"/李","topic":null,"created_at":"2026-11-22T13:05:38.051Z","__v":0,"open":true,"user":null})"
    );
}

TEST(Writing, PassesRawJsonOnAndCanBeFollowedByMore)
{
    Room room = kLobby;
    room.topic = "t";
    room.owner_id = room._id;
    room.user.text = R"({"n":1e400})";
    std::string out = "{";
    write_members(out, kRoomFields, room);
    out += R"(,"seq":7})";
    EXPECT_EQ(
        out,
        R"({"_id":"5f0c1d2e3f4a5b6c7d8e9f00","name":"A \"lobby\"/李","topic":"t","owner_id":"5f0c1d2e3f4a5b6c7d8e9f00","created_at":"2026-11-22T13:05:38.051Z","__v":0,"open":true,"user":{"n":1e400},"seq":7})"
    );
}

TEST(Writing, InCreatedOrderHasTheIdInFrontOfTheTime)
{
    static constexpr auto kCreated = created_order(kRoomFields);
    std::string out;
    write(out, kCreated, kLobby);
    EXPECT_EQ(
        out,
        R"({"name":"A \"lobby\"/李","topic":null,"_id":"5f0c1d2e3f4a5b6c7d8e9f00","created_at":"2026-11-22T13:05:38.051Z","__v":0,"open":true,"user":null})"
    );
}

TEST(ASlot, TakesOnlyValuesOfItsType)
{
    Room room;
    const auto slots = kRoomFields.slots(room);
    EXPECT_TRUE(set_slot(slots[1], std::string("name")));
    EXPECT_FALSE(set_slot(slots[1], std::int64_t{1}));
    EXPECT_FALSE(set_slot(slots[1], nullptr));
    EXPECT_TRUE(set_slot(slots[2], nullptr));
    EXPECT_EQ(slot_value(slots[1]), FieldValue(std::string("name")));
    EXPECT_EQ(slot_value(slots[2]), FieldValue(nullptr));
}

TEST(ALength, IsCountedAsTheOriginalCounts)
{
    EXPECT_EQ(text_length(""), 0);
    EXPECT_EQ(text_length("abc"), 3);
    EXPECT_EQ(text_length("ユーザー名前"), 6);
    EXPECT_EQ(text_length("😀"), 1);
    EXPECT_EQ(text_length("❤️"), 1) << "a variation selector behind a character";
    EXPECT_EQ(text_length("\ufe0f"), 1) << "one behind nothing";
    EXPECT_EQ(text_length("a\ufe0f\ufe0f"), 2) << "one behind another";
}

}  // namespace
}  // namespace wgw
