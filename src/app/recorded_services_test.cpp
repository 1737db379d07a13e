/// The recorded messages to the queues of the services (tests/golden/rabbitmq-services.json), put to the operations of
/// the real features without a broker. What only a broker shows is left to the replay against one: events, bodies
/// that are no requests, properties.

#include "app/embedded.hpp"
#include "bus/operation.hpp"
#include "codec/json_text.hpp"
#include "gateway/guard.hpp"
#include "gateway/test_revocations.hpp"
#include "store/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace wgw::app {
namespace {

const std::string kSecret(32, 'k');

// {"foo":1}, signed with kSecret: the one token that this program would not make.
constexpr std::string_view kWithoutUser =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJmb28iOjF9.vC1zXmUr9sbss_OZGfG1eQoEDG0k8jWkW9kTVzIRYIc";

std::string member_text(JsonValue object, std::string_view name)
{
    const auto found = object.find(name);
    return found && found->is_string() ? found->string() : std::string();
}

std::vector<std::string> names_of(JsonValue object)
{
    std::vector<std::string> names;
    auto members = object.members();
    while (const auto member = members.next())
        names.push_back(member->name.string());
    return names;
}

bool is_hex_id(const std::string& text) { return Id::parse(text).has_value(); }

/// As replay.mjs compares, as far as these cases need it.
class Comparison {
public:
    Comparison(std::map<std::string, std::string>& values, const Tokens& tokens) : values_(values), tokens_(tokens) {}

    std::string filled(std::string text) const
    {
        for (const auto& [name, value] : values_)
            for (auto at = text.find("{{" + name + "}}"); at != std::string::npos; at = text.find("{{" + name + "}}"))
                text.replace(at, name.size() + 4, value);
        return text;
    }

    /// Empty: it is as expected.
    std::string differs(JsonValue expected, JsonValue actual) const
    {
        if (expected.is_string())
            return text_differs(filled(expected.string()), actual);
        if (expected.is_object())
            return object_differs(expected, actual);
        if (expected.is_array())
            return list_differs(expected, actual);
        return expected.text() == actual.text() ? "" : saying(expected, actual);
    }

private:
    static std::string saying(JsonValue expected, JsonValue actual)
    {
        return "expected " + std::string(expected.text()) + ", got " + std::string(actual.text());
    }

    static std::string text_differs(const std::string& expected, JsonValue actual)
    {
        const std::string text = actual.is_string() ? actual.string() : "";
        if (expected == "<<any>>" || (expected == "<<string>>" && actual.is_string()) ||
            (expected == "<<oid>>" && is_hex_id(text)) || (expected == "<<iso>>" && from_iso(text)) ||
            (actual.is_string() && expected == text))
            return "";
        return "expected " + expected + ", got " + std::string(actual.text());
    }

    std::string object_differs(JsonValue expected, JsonValue actual) const
    {
        if (const auto user = expected.find("$user"))
            return user_differs(*user, actual);
        if (const auto list = expected.find("$list"))
            return some_differ(*list, actual);
        if (expected.find("$access"))
            return actual.is_string() && tokens_.check_token(actual.string()) ? "" : saying(expected, actual);
        if (expected.find("$refresh"))
            return actual.is_string() && tokens_.check_refresh(actual.string()) ? "" : saying(expected, actual);
        if (!actual.is_object())
            return saying(expected, actual);
        const auto due = names_of(expected);
        auto names = names_of(actual);
        // What is ours stands behind what is recorded, in entities and beside messages.
        if (expected.find("_id") || expected.find("message"))
            names.resize(std::min(names.size(), due.size()));
        if (names != due)
            return saying(expected, actual);
        auto members = expected.members();
        while (const auto member = members.next())
            if (auto difference = differs(member->value, *actual.find(member->name.string())); !difference.empty())
                return member->name.string() + ": " + difference;
        return "";
    }

    std::string list_differs(JsonValue expected, JsonValue actual) const
    {
        auto due = expected.elements();
        auto is = actual.elements();
        while (const auto element = due.next()) {
            const auto other = is.next();
            if (!other)
                return saying(expected, actual);
            if (auto difference = differs(*element, *other); !difference.empty())
                return difference;
        }
        return is.next() ? saying(expected, actual) : "";
    }

    /// These entries in this order among others, which all look like `each`.
    std::string some_differ(JsonValue rule, JsonValue actual) const
    {
        if (!actual.is_array())
            return "no list: " + std::string(actual.text());
        auto due = rule.find("contains")->elements();
        auto next = due.next();
        const auto each = rule.find("each");
        auto is = actual.elements();
        while (const auto element = is.next()) {
            if (next && differs(*next, *element).empty())
                next = due.next();
            if (each)
                if (auto difference = differs(*each, *element); !difference.empty())
                    return difference;
        }
        return next ? "no entry like " + std::string(next->text()) + " in " + std::string(actual.text()) : "";
    }

    /// In created or in found order. By name, or what its fields are.
    std::string user_differs(JsonValue user, JsonValue actual) const
    {
        using Names = std::vector<std::string>;
        static const Names found{"_id", "first_name", "last_name", "username", "created_at", "updated_at", "__v"};
        static const Names made{"first_name", "last_name", "username", "_id", "created_at", "updated_at", "__v"};
        if (!actual.is_object() || (names_of(actual) != found && names_of(actual) != made))
            return "no user: " + std::string(actual.text());
        if (user.is_string())
            return member_text(actual, "_id") == values_.at(user.string() + ".id") ? "" : saying(user, actual);
        auto members = user.members();
        while (const auto member = members.next())
            if (auto difference = differs(member->value, *actual.find(member->name.string())); !difference.empty())
                return difference;
        return "";
    }

    std::map<std::string, std::string>& values_;
    const Tokens& tokens_;
};

class RecordedServices : public testing::Test {
protected:
    RecordedServices()
    {
        const gateway::Guard guard(tokens_, revocations_, gateway::Guard::Keep::authorization);
        const auto check = [guard](std::optional<std::string_view> header) {
            return guard.check_authorization(header);
        };
        for (auto& operation : server_.operations()) {
            bus::Operations one{operation};
            queues_[std::string(operation.pattern.queue())].merge(bus::bindings_of(std::move(one), check));
        }
        sign_up("grace", "Grace", "grace.hopper");
        sign_up("alan", "Alan", "alan.turing");
        sign_up("eve", "Eve", "eve.moneypenny");
        const auto room = answer("chat", "chat.room.create", R"({"name":"General"})", bearer("grace"));
        values_["room.id"] = member_text(JsonValue(room.json), "_id");
        answer("chat", "chat.room.join", R"({"room_id":")" + values_["room.id"] + "\"}", bearer("alan"));
        values_["run"] = "1";
        values_["token:t"] = kWithoutUser;
    }

    void sign_up(const std::string& who, std::string_view first_name, std::string_view username)
    {
        const std::string data = R"({"first_name":")" + std::string(first_name) + R"(","username":")" +
                                 std::string(username) + R"(","password":"cobol1959"})";
        const auto pair = answer("auth", "auth.user.sign_up", data, {});
        values_[who + ".access"] = member_text(JsonValue(pair.json), "access");
        values_[who + ".id"] = tokens_.check_token(values_[who + ".access"]).value().user_id.hex();
    }

    std::string bearer(const std::string& who) { return "Bearer " + values_[who + ".access"]; }

    bus::Answer answer(
        std::string queue, std::string pattern, std::string data, std::string authorization,
        std::vector<bus::Header> headers = {}
    )
    {
        const auto& bindings = queues_[queue];
        const auto found = bindings.find(pattern);
        if (found == bindings.end())
            return {bus::Answer::Kind::no_handler, {}, {}};
        bus::Request request{std::move(pattern), std::move(data), std::move(headers)};
        if (!authorization.empty())
            request.headers.push_back({"authorization", std::move(authorization)});
        bus::Answer answer;
        TaskScope tasks([](std::exception_ptr) { ADD_FAILURE() << "an operation has thrown"; });
        tasks.spawn(keep(found->second(std::move(request)), answer));
        loop_.post([] {});  // a turn that does not wait: what was asked is handed over at its end
        while (tasks.running() > 0)
            loop_.turn();
        return answer;
    }

    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): answer() waits for it
    static Task<void> keep(Task<bus::Answer> task, bus::Answer& answer) { answer = co_await std::move(task); }

    static std::string packet(const bus::Answer& answer, const std::string& id)
    {
        switch (answer.kind) {
        case bus::Answer::Kind::value:
            return R"({"response":)" + answer.json + R"(,"isDisposed":true})";
        case bus::Answer::Kind::nothing:
            return R"({"isDisposed":true})";
        case bus::Answer::Kind::error:
            return R"({"err":)" + answer.json + R"(,"isDisposed":true})";
        case bus::Answer::Kind::no_handler:
            break;
        }
        return R"({"id":)" + id +
               R"(,"err":"There is no matching message handler defined in the remote service.","status":"error"})";
    }

    /// False: it is about the broker.
    bool run(JsonValue row)
    {
        const auto body = row.find("body");
        const auto pattern = body ? body->find("pattern") : std::nullopt;
        if (!body || !body->find("id") || !pattern || !pattern->is_string())
            return false;
        const auto expected = expected_replies(row).elements().next();
        if (!expected)
            return false;
        // Of the two tokens that a case brings itself, one has run out.
        const auto tokens = row.find("tokens");
        const bool expired = tokens && tokens->text().find(R"("exp":2)") != std::string_view::npos;
        values_["token:t"] = expired ? expired_token() : std::string(kWithoutUser);

        std::string authorization;
        const auto properties = row.find("properties");
        const auto headers = properties ? properties->find("headers") : std::nullopt;
        if (const auto header = headers ? headers->find("authorization") : std::nullopt)
            authorization = header->is_string() ? comparison_.filled(header->string()) : std::string(header->text());
        const auto data = body->find("data");
        const auto reply = answer(
            member_text(row, "queue"), pattern->string(), data ? comparison_.filled(std::string(data->text())) : "",
            std::move(authorization)
        );
        const std::string got = packet(reply, std::string(body->find("id")->text()));
        EXPECT_EQ(json_check(got), JsonError::none) << got;
        EXPECT_EQ(comparison_.differs(*expected, JsonValue(got)), "") << got;
        return true;
    }

    static JsonValue expected_replies(JsonValue row)
    {
        if (const auto ours = row.find("default"))
            return *ours->find("replies");
        return *row.find("expect")->find("replies");
    }

    std::string expired_token()
    {
        ManualClock then(Timestamp{1'000});
        return Tokens({.current = kSecret}, then, {.access_s = 1})
            .sign(*Id::parse(values_["grace.id"]), "grace")
            .access;
    }

    static Options options(const std::string& folder)
    {
        Options options;
        options.data = folder;
        options.jwt_secret = kSecret;
        return options;
    }

    store::TemporaryFolder folder_;
    SystemClock clock_;
    SeededRandom random_{1};
    net::Loop loop_{clock_};
    Tokens tokens_{{.current = kSecret}, clock_};
    gateway::TestRevocations revocations_;
    Embedded server_{options(folder_.path()), loop_, clock_, random_, [] {}, Embedded::Listening::no};
    std::map<std::string, bus::Bindings> queues_;
    std::map<std::string, std::string> values_;
    Comparison comparison_{values_, tokens_};
};

TEST_F(RecordedServices, AnswerAsRecorded)
{
    std::ifstream file(WGW_SOURCE_DIR "/tests/golden/rabbitmq-services.json");
    std::stringstream text;
    text << file.rdbuf();
    const std::string all = text.str();
    ASSERT_EQ(json_check(all), JsonError::none);
    int seen = 0;
    auto cases = JsonValue(all).find("cases")->elements();
    while (const auto row = cases.next()) {
        SCOPED_TRACE(member_text(*row, "name"));
        seen += run(*row) ? 1 : 0;
    }
    EXPECT_EQ(seen, 42);
}

TEST_F(RecordedServices, AnswerPagesWhereTheyAreAskedForThem)
{
    const std::string grace = bearer("grace");
    const auto page = answer("user", "user.find_all", R"({"limit":1,"after":")" + values_["grace.id"] + "\"}", grace);
    EXPECT_TRUE(page.json.starts_with(R"({"items":[{"_id":")" + values_["alan.id"])) << page.json;
    EXPECT_TRUE(page.json.ends_with(R"(],"next":")" + values_["alan.id"] + "\"}")) << page.json;
    EXPECT_EQ(answer("user", "user.find_all", R"({"limit":0})", grace).kind, bus::Answer::Kind::error);
    const auto sessions = answer("auth", "auth.session.find_all", "{}", grace);
    EXPECT_TRUE(sessions.json.starts_with(R"({"items":[{"_id":)")) << sessions.json;
    EXPECT_TRUE(sessions.json.ends_with(R"("current":true}],"next":null})")) << sessions.json;
}

TEST_F(RecordedServices, StoreAMessageUnderTheIdThatWasChosenAndOnce)
{
    const std::string id(24, 'c');
    const std::string data = R"({"room_id":")" + values_["room.id"] + R"(","content":"tea","client_msg_id":"k"})";
    const auto first = answer(
        "chat", "chat.message.save", data, bearer("grace"),
        {
            {"x-wgw-id", id}
    }
    );
    EXPECT_EQ(member_text(JsonValue(first.json), "_id"), id);
    EXPECT_EQ(JsonValue(first.json).find("seq")->integer(), 3);
    EXPECT_TRUE(first.headers.empty());
    const auto again = answer(
        "chat", "chat.message.save", data, bearer("grace"),
        {
            {"x-wgw-id", std::string(24, 'd')}
    }
    );
    EXPECT_EQ(again.json, first.json);
    EXPECT_EQ(bus::header_of(again.headers, bus::kDuplicateHeader), "true");
    const auto rooms = answer("chat", "chat.room.find_own", "{}", bearer("alan"));
    EXPECT_EQ(rooms.json, R"([{"room_id":")" + values_["room.id"] + R"(","seq":3}])");
}

TEST_F(RecordedServices, MakeAUserUnderTheIdThatWasChosenNotUnderOneInTheData)
{
    const std::string id(24, 'c');
    const std::string data = R"({"first_name":"Q","username":"quentin","_id":")" + std::string(24, 'd') + "\"}";
    EXPECT_EQ(
        member_text(
            JsonValue(answer(
                          "user", "user.create", data,
                          {
    },
                          {{"x-wgw-id", id}}
            ).json),
            "_id"
        ),
        id
    );
    const auto users = answer(
        "user", "user.find_by_ids", R"({"user_ids":[7,"x",")" + id + R"(",")" + std::string(24, 'd') + R"("]})",
        bearer("eve")
    );
    EXPECT_TRUE(users.json.starts_with(R"([{"_id":")" + id)) << users.json;
    auto list = JsonValue(users.json).elements();
    list.next();
    EXPECT_FALSE(list.next().has_value());
}

TEST_F(RecordedServices, EndASessionForWhoeverIsInIt)
{
    EXPECT_EQ(answer("auth", "auth.session.sign_out", "{}", bearer("eve")).kind, bus::Answer::Kind::nothing);
    EXPECT_EQ(answer("auth", "auth.session.find_all", "{}", bearer("eve")).json, R"({"items":[],"next":null})")
        << "this test's guard goes on taking the token";
    EXPECT_EQ(answer("auth", "auth.session.sign_out", "{}", {}).kind, bus::Answer::Kind::error);
    const auto refreshed = answer("auth", "auth.session.refresh", R"({"refresh":"x"})", {});
    EXPECT_EQ(refreshed.json, R"({"status":401,"data":{"message":"jwt malformed","code":"unauthorized"}})");
    const auto changed = answer(
        "auth", "auth.password.change", R"({"password":"cobol1959","new_password":"flowmatic"})", bearer("grace")
    );
    EXPECT_EQ(changed.kind, bus::Answer::Kind::nothing) << changed.json;
}

}  // namespace
}  // namespace wgw::app
