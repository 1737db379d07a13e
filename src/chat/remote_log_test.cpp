#include "base/test_loop.hpp"
#include "bus/nest_packet.hpp"
#include "bus/test_recording_calls.hpp"
#include "chat/entry_hint.hpp"
#include "chat/history_mongo.hpp"
#include "chat/remote_log.hpp"
#include "codec/base64.hpp"
#include "codec/json_text.hpp"
#include "user/test_users.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace wgw::chat {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;
using user::test_id;

const RoomId kTea = test_id(1);
const RoomId kCocoa = test_id(2);

Entry entry_of(RoomId room, Seq seq)
{
    Entry entry;
    entry.room_id = room;
    entry.seq = seq;
    entry._id = test_id(100 + static_cast<unsigned>(seq));
    entry.user_id = test_id(50);
    entry.client_msg_id = "a \"key\"";
    entry.send_hash.fill(7);
    entry.at = Timestamp{1'795'352'738'051};
    entry.body = message_body("\u00e9\n\"");
    return entry;
}

std::string listed(const std::vector<Entry>& entries)
{
    std::string out;
    for (const auto& entry : entries)
        out.append(out.empty() ? "[\"" : ",\"").append(base64_encode(encode_hint(entry))).append("\"");
    return out.empty() ? "[]" : out + "]";
}

/// Remembers what it was asked, and answers what is in it.
class FakeLog final : public LogReader {
public:
    Task<std::vector<Entry>> entries(RoomId room, Seq after, std::size_t limit) override
    {
        asked.push_back(room.hex() + " " + std::to_string(after) + " " + std::to_string(limit));
        co_return stored;
    }
    Task<std::vector<RoomHead>> heads(std::vector<RoomId> rooms) override
    {
        asked.push_back(std::to_string(rooms.size()) + " rooms");
        co_return heads_of_rooms;
    }
    Task<Recent> recent(Duration span) override
    {
        asked.push_back(std::to_string(span.count()) + " ms");
        co_return Recent{heads_of_rooms, stored};
    }

    std::vector<Entry> stored;
    std::vector<RoomHead> heads_of_rooms;
    std::vector<std::string> asked;
};

class ARemoteLog : public testing::Test {
protected:
    /// Both ends of it.
    void serve()
    {
        calls_.queues["chat"] = bus::bindings_of(log_operations(log_), [](auto) -> Result<Caller> {
            ADD_FAILURE() << "nobody needs a token for it";
            return fail(Errc::internal);
        });
    }
    void answer(std::string json) { calls_.answers.push_back(bus::value(std::move(json))); }

    std::vector<Entry> entries(RoomId room = kTea, Seq after = 0, std::size_t limit = 500)
    {
        return loop_.await(remote_.entries(room, after, limit), [] {});
    }
    std::vector<RoomHead> heads(std::vector<RoomId> rooms)
    {
        return loop_.await(remote_.heads(std::move(rooms)), [] {});
    }
    LogReader::Recent recent()
    {
        return loop_.await(remote_.recent(Duration(10'000)), [] {});
    }

    /// What a service answers to this request.
    bus::Answer ask(bus::Pattern pattern, std::string data)
    {
        bus::Request request{std::string(pattern.name), std::move(data)};
        return loop_.await(calls_.call("chat", std::move(request), Duration(1)), [] {});
    }

    TestLoop loop_;
    FakeLog log_;
    bus::RecordingCalls calls_;
    RemoteLog remote_{calls_};
};

TEST_F(ARemoteLog, ReadsEntriesAsTheyAreStored)
{
    serve();
    log_.stored = {entry_of(kTea, 8), entry_of(kTea, 9)};
    EXPECT_THAT(entries(kTea, 7, 500), ElementsAreArray(log_.stored));
    EXPECT_THAT(log_.asked, ElementsAre(kTea.hex() + " 7 500"));
    const auto& asked = calls_.asked.at(0);
    EXPECT_EQ(asked.queue, "chat");
    EXPECT_EQ(asked.request.pattern, "chat.entry.find_all");
    EXPECT_EQ(asked.request.data, R"({"room_id":")" + kTea.hex() + R"(","after":7,"limit":500})");
    EXPECT_EQ(asked.request.header("authorization"), "");
}

TEST_F(ARemoteLog, ReadsNoEntriesWhereThereAreNone)
{
    serve();
    EXPECT_THAT(entries(), IsEmpty());
}

TEST_F(ARemoteLog, ReadsHeads)
{
    serve();
    log_.heads_of_rooms = {
        {kCocoa, 3      },
        {kTea,   kMaxSeq}
    };
    EXPECT_THAT(heads({kTea, kCocoa}), ElementsAreArray(log_.heads_of_rooms));
    EXPECT_THAT(log_.asked, ElementsAre("2 rooms"));
}

TEST_F(ARemoteLog, ReadsWhatWasStoredLately)
{
    serve();
    log_.heads_of_rooms = {
        {kCocoa, 3}
    };
    log_.stored = {entry_of(kTea, 8), entry_of(kCocoa, 3)};
    const auto found = recent();
    EXPECT_THAT(found.heads, ElementsAreArray(log_.heads_of_rooms));
    EXPECT_THAT(found.joins, ElementsAreArray(log_.stored));
    EXPECT_THAT(log_.asked, ElementsAre("10000 ms"));
}

TEST_F(ARemoteLog, IsAnsweredWithNoMoreThanTheBusTakes)
{
    serve();
    for (unsigned i = 0; i < kRecent; ++i) {
        log_.heads_of_rooms.push_back({test_id(1'000 + i), kMaxSeq});
        log_.stored.push_back(entry_of(test_id(1'000 + i), 2));
    }
    const auto answer = ask(patterns::kFindRecent, R"({"span_ms":10000})");
    EXPECT_EQ(json_check(answer.json), JsonError::none);
    EXPECT_LE(answer.json.size(), bus::kMostReplyBytes);
}

TEST_F(ARemoteLog, SaysWhyItCouldNotRead)
{
    EXPECT_THROW(entries(), Refused) << "nobody there knows the pattern: a service of the original";
    serve();
    calls_.away = true;
    EXPECT_THROW(entries(), Unavailable);
}

TEST_F(ARemoteLog, BelievesNoEntriesThatWereNotAskedFor)
{
    const std::vector<std::string> wrong{
        "null",
        "7",
        R"({"0":1})",
        R"("[]")",
        R"([null])",
        R"(["%%%"])",
        R"([""])",
        listed({entry_of(kTea, 9)}),
        listed({entry_of(kTea, 8), entry_of(kTea, 8)}),
        listed({entry_of(kTea, 9), entry_of(kTea, 8)}),
        listed({entry_of(kCocoa, 8)}),
        listed({entry_of(kTea, 8), entry_of(kTea, 9), entry_of(kTea, 10)}),
    };
    for (const auto& json : wrong) {
        answer(json);
        EXPECT_THROW(entries(kTea, 7, 2), std::runtime_error) << json;
    }
    answer(listed({entry_of(kTea, 8), entry_of(kTea, 9)}));
    EXPECT_EQ(entries(kTea, 7, 2).size(), 2U) << "nothing of it is left behind";
}

TEST_F(ARemoteLog, BelievesNoHeadsThatWereNotAskedFor)
{
    const std::string tea = R"({"room_id":")" + kTea.hex() + R"(","seq":1})";
    const std::vector<std::string> wrong{
        "null",
        "{}",
        "[7]",
        R"([{"room_id":"x","seq":1}])",
        R"([{"room_id":")" + kTea.hex() + R"(","seq":-1}])",
        R"([{"room_id":")" + kTea.hex() + R"(","seq":9007199254740992}])",
        "[" + tea + "," + tea + "]",
    };
    for (const auto& json : wrong) {
        answer(json);
        EXPECT_THROW(heads({kTea}), std::runtime_error) << json;
    }
    answer("[" + tea + "]");
    EXPECT_THAT(heads({kTea}), ElementsAre(RoomHead{kTea, 1}));
}

TEST_F(ARemoteLog, BelievesNothingLatelyOfAnotherShape)
{
    for (const std::string json :
         {"null", "[]", "{}", R"({"heads":[]})", R"({"heads":[],"joins":{}})", R"({"heads":[1],"joins":[]})"}) {
        answer(json);
        EXPECT_THROW(recent(), std::runtime_error) << json;
    }
}

TEST_F(ARemoteLog, AnswersOnlyWithinItsBounds)
{
    serve();
    EXPECT_EQ(ask(patterns::kFindEntries, "").kind, bus::Answer::Kind::error);
    EXPECT_EQ(ask(patterns::kFindEntries, "[1]").kind, bus::Answer::Kind::error);
    EXPECT_EQ(ask(patterns::kFindEntries, R"({"room_id":7})").kind, bus::Answer::Kind::error);
    EXPECT_THAT(log_.asked, IsEmpty());
    ask(patterns::kFindEntries, R"({"room_id":")" + kTea.hex() + R"(","after":-1,"limit":1000000})");
    ask(patterns::kFindEntries, R"({"room_id":")" + kTea.hex() + R"(","after":"7","limit":1e400})");
    std::string many = R"({"rooms":[)";
    for (int i = 0; i < 10'001; ++i)
        many += (i == 0 ? "\"" : ",\"") + kTea.hex() + "\"";
    ask(patterns::kFindHeads, many + "]}");
    ask(patterns::kFindHeads, R"({"rooms":["x",7,null]})");
    ask(patterns::kFindRecent, R"({"span_ms":9007199254740991})");
    ask(patterns::kFindRecent, "");
    EXPECT_THAT(
        log_.asked,
        ElementsAre(kTea.hex() + " 0 1000", kTea.hex() + " 0 0", "10000 rooms", "0 rooms", "600000 ms", "0 ms")
    );
}

}  // namespace
}  // namespace wgw::chat
