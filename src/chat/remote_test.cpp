#include "base/test_loop.hpp"
#include "bus/test_recording_calls.hpp"
#include "chat/remote.hpp"
#include "user/test_users.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::chat {
namespace {

using Kind = bus::Answer::Kind;
using testing::ElementsAre;
using user::test_id;

const UserId kGrace = test_id(1);
const RoomId kTea = test_id(2);
const RoomId kCocoa = test_id(3);

/// As a service of ours answers it; `seq` 0: as one of the original.
std::string stored(RoomId room, Seq seq)
{
    return R"({"room_id":")" + room.hex() + R"(","user_id":")" + kGrace.hex() + R"(","content":"x","_id":")" +
           test_id(100 + static_cast<unsigned>(seq)).hex() +
           R"(","created_at":"2026-11-22T13:05:38.051Z","updated_at":"2026-11-22T13:05:38.051Z","__v":0,"user":{"_id":")" +
           kGrace.hex() + R"("})" + (seq == 0 ? "" : R"(,"seq":)" + std::to_string(seq)) + "}";
}

class AStub : public testing::Test {
protected:
    AStub()
    {
        chat_.set_listener([this](const Entry& entry) { told_.push_back("told " + std::to_string(entry.seq)); });
    }

    /// What becomes of it is in told_: "<seq>", "<seq> again" or the name of a code.
    void send(RoomId room, std::string content, std::optional<std::string> key = {})
    {
        chat_.submit(room, caller_, Send{std::move(content), std::move(key)}, [this](Result<Outcome> outcome) {
            if (!outcome)
                return told_.emplace_back(row(outcome.error().code).name), void();
            told_.push_back(std::to_string(outcome->entry.seq) + (outcome->duplicate ? " again" : ""));
            last_ = *std::move(outcome);
        });
        batching_.flush();
    }
    /// Of the oldest call that is held back, and what goes out then.
    void release_one()
    {
        calls_.release_one();
        batching_.flush();
    }
    void answer(std::string json, std::vector<bus::Header> headers = {})
    {
        calls_.answers.push_back({Kind::value, std::move(json), std::move(headers)});
    }
    std::vector<std::string> rooms()
    {
        std::vector<std::string> found;
        for (const auto& room : loop_.await(chat_.rooms_of(caller_), [] {}))
            found.push_back(room.room_id.hex() + " " + std::to_string(room.seq));
        return found;
    }
    static Caller grace()
    {
        Caller caller;
        caller.user_id = kGrace;
        caller.origin = {std::make_shared<const std::string>("Bearer t"), "request-1"};
        return caller;
    }

    TestLoop loop_;
    ManualClock clock_;
    SeededRandom random_{1};
    IdSource ids_{clock_, random_};
    Caller caller_ = grace();
    user::TestUsers users_;
    user::UserCache cache_{users_};
    bus::RecordingCalls calls_;
    bus::BatchingCalls batching_{calls_, clock_};
    std::vector<std::string> told_;
    Outcome last_;
    Owners owners_;
    RemoteChat chat_{batching_, cache_, ids_, clock_, &owners_};
};

TEST_F(AStub, SavesAMessageAndTellsItBeforeItsSender)
{
    answer(stored(kTea, 7));
    send(kTea, "h\"i", "key");
    EXPECT_THAT(told_, ElementsAre("told 7", "7"));
    const auto& asked = calls_.asked.at(0);
    EXPECT_EQ(asked.queue, "chat");
    EXPECT_EQ(asked.request.pattern, "chat.message.save");
    EXPECT_EQ(asked.request.data, R"({"room_id":")" + kTea.hex() + R"(","content":"h\"i","client_msg_id":"key"})");
    EXPECT_EQ(asked.request.header("authorization"), "Bearer t");
    EXPECT_EQ(asked.request.request_id, "request-1");
    EXPECT_TRUE(Id::parse(asked.request.header("x-wgw-id")).has_value());
    EXPECT_EQ(content_json(last_.entry), R"("h\"i")");
    EXPECT_EQ(last_.entry._id, test_id(107));
    EXPECT_EQ(last_.entry.client_msg_id, "key");
    EXPECT_EQ(last_.entry.at.unix_ms, 1'795'352'738'051);
    ASSERT_NE(cache_.peek(kGrace), nullptr) << "the author came along";
    EXPECT_EQ(*cache_.peek(kGrace), R"({"_id":")" + kGrace.hex() + R"("})");
}

TEST_F(AStub, TellsNobodyOfWhatHadBeenThere)
{
    answer(
        stored(kTea, 7),
        {
            {"x-wgw-duplicate", "true"}
    }
    );
    send(kTea, "x", "key");
    EXPECT_THAT(told_, ElementsAre("7 again"));
}

TEST_F(AStub, TakesTheAnswerOfTheOriginal)
{
    answer(stored(kTea, 0));
    send(kTea, "x", "key");
    EXPECT_THAT(told_, ElementsAre("told 0", "0"));
    EXPECT_EQ(last_.entry.client_msg_id, "key");
}

TEST_F(AStub, HasOneSendOfAUserToARoomUnderWay)
{
    calls_.hold = true;
    send(kTea, "1");
    send(kTea, "2");
    send(kCocoa, "3");
    EXPECT_EQ(calls_.asked.size(), 2U);
    EXPECT_EQ(chat_.under_way(), 3U);
    answer(stored(kTea, 1));
    calls_.release_one();
    EXPECT_EQ(calls_.asked.size(), 3U);
    EXPECT_NE(calls_.asked[2].request.data.find(R"("content":"2")"), std::string::npos);
    answer(stored(kCocoa, 5));
    answer(stored(kTea, 2));
    calls_.release();
    EXPECT_THAT(told_, ElementsAre("told 1", "1", "told 5", "5", "told 2", "2"));
    EXPECT_EQ(chat_.under_way(), 0U);
}

TEST_F(AStub, AsksTheOwnerOfARoomAndSaysUntilWhen)
{
    answer(stored(kTea, 1));
    send(kTea, "1");
    EXPECT_EQ(calls_.asked[0].queue, "chat") << "nobody has been heard of";
    EXPECT_EQ(calls_.asked[0].request.header("x-wgw-until"), "");
    const auto queue = "chat." + test_id(77).hex();
    owners_.heard(Owners::serving(queue), clock_.monotonic());
    answer(stored(kTea, 2));
    send(kTea, "2");
    EXPECT_EQ(calls_.asked[1].queue, queue);
    EXPECT_EQ(
        calls_.asked[1].request.header("x-wgw-until"),
        std::to_string(clock_.now().unix_ms + bus::Calls::kPatience.count())
    );
}

TEST_F(AStub, SendsToTheOwnerTogetherWhatHasComeMeanwhile)
{
    const auto queue = "chat." + test_id(77).hex();
    owners_.heard(Owners::serving(queue), clock_.monotonic());
    calls_.hold = true;
    for (const auto* content : {"1", "2", "3", "4"})
        send(kTea, content);
    ASSERT_EQ(calls_.asked.size(), 1U);
    EXPECT_EQ(calls_.asked[0].request.pattern, "chat.message.save");
    answer(stored(kTea, 1));
    release_one();
    ASSERT_EQ(calls_.asked.size(), 2U);
    EXPECT_EQ(calls_.asked[1].queue, queue);
    const auto together = bus::decode_batch(calls_.asked[1].request.data);
    ASSERT_TRUE(together);
    ASSERT_EQ(together->size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ((*together)[i].pattern, "chat.message.save");
        EXPECT_EQ((*together)[i].header("authorization"), "Bearer t");
        EXPECT_EQ((*together)[i].request_id, "request-1");
        EXPECT_NE((*together)[i].data.find(R"("content":")" + std::to_string(i + 2)), std::string::npos);
    }
    const std::vector<bus::Answer> answers{
        {Kind::value, stored(kTea, 2), {}},
        {Kind::error, R"({"status":403,"data":{"message":"m","code":"not_member"}})", {}},
        {Kind::value, stored(kTea, 3), {}},
    };
    answer(bus::encode_batch_answers(answers));
    release_one();
    EXPECT_THAT(told_, ElementsAre("told 1", "1", "told 2", "2", "not_member", "told 3", "3"));
    EXPECT_EQ(chat_.under_way(), 0U);
}

TEST_F(AStub, SendsSoManyTogetherAndSoManyBytesAtMost)
{
    owners_.heard(Owners::serving("chat." + test_id(77).hex()), clock_.monotonic());
    calls_.hold = true;
    const auto sent = [&](const std::string& content, std::size_t count) {
        calls_.asked.clear();
        for (std::size_t i = 0; i <= count; ++i)
            send(kTea, content);
        answer(stored(kTea, 1));
        release_one();
        const auto together = bus::decode_batch(calls_.asked.at(1).request.data);
        calls_.lost = true;
        calls_.hold = false;
        calls_.release();
        calls_.lost = false;
        calls_.hold = true;
        clock_.advance(RemoteChat::kDoubt);
        return together.value().size();
    };
    EXPECT_EQ(sent("x", RemoteChat::kMostTogether + 1), RemoteChat::kMostTogether);
    EXPECT_EQ(sent(std::string(RemoteChat::kMostBytesTogether / 4, 'x'), 10), 4U);
}

TEST_F(AStub, KnowsOfNoneOfThoseThatWentOutTogetherWhenTheBrokerIsLost)
{
    owners_.heard(Owners::serving("chat." + test_id(77).hex()), clock_.monotonic());
    calls_.hold = true;
    for (const auto* content : {"1", "2", "3"})
        send(kTea, content);
    answer(stored(kTea, 1));
    release_one();
    send(kTea, "4");
    calls_.lost = true;
    release_one();
    EXPECT_THAT(told_, ElementsAre("told 1", "1", "unavailable", "unavailable", "unavailable"));
    send(kTea, "5");
    EXPECT_EQ(told_.back(), "unavailable");
    EXPECT_EQ(told_.size(), 6U) << "the others may still be stored";
    EXPECT_EQ(chat_.under_way(), 0U);
}

TEST_F(AStub, HasPatienceWithASendFromWhenItCame)
{
    calls_.hold = true;
    send(kTea, "1");
    clock_.advance(Duration{2'000});
    send(kTea, "2");
    send(kTea, "3");
    clock_.advance(Duration{1'000});
    answer(stored(kTea, 1));
    calls_.release_one();
    EXPECT_THAT(calls_.patiences, ElementsAre(Duration{5'000}, Duration{4'000}));
    clock_.advance(Duration{4'000});
    answer(stored(kTea, 2));
    calls_.release();
    EXPECT_THAT(told_, ElementsAre("told 1", "1", "told 2", "2", "unavailable"));
    EXPECT_EQ(calls_.asked.size(), 2U) << "for the third it was too late";
}

TEST_F(AStub, GoesOnBehindASendThatIsRefused)
{
    calls_.hold = true;
    send(kTea, "1");
    send(kTea, "2");
    calls_.answers.push_back({Kind::error, R"({"status":403,"data":{"message":"m","code":"not_member"}})", {}});
    calls_.release_one();
    answer(stored(kTea, 1));
    calls_.release();
    EXPECT_THAT(told_, ElementsAre("not_member", "told 1", "1"));
}

TEST_F(AStub, SendsNothingThatCameBeforeItWasKnownThatTheFateOfTheOneInFrontIsUnknown)
{
    calls_.hold = true;
    send(kTea, "1");
    send(kTea, "2");
    send(kTea, "3");
    send(kCocoa, "4");
    calls_.away = true;
    calls_.release_one();
    EXPECT_THAT(told_, ElementsAre("unavailable", "unavailable", "unavailable"));
    EXPECT_EQ(chat_.under_way(), 1U);
    calls_.away = false;
    send(kTea, "5");
    answer(stored(kCocoa, 5));
    answer(stored(kTea, 1));
    calls_.release();
    EXPECT_THAT(told_, ElementsAre("unavailable", "unavailable", "unavailable", "told 5", "5", "told 1", "1"));
    EXPECT_EQ(chat_.under_way(), 0U);
}

TEST_F(AStub, SendsNothingForAWhileBehindOneThatMayStillBeStored)
{
    calls_.hold = true;
    send(kTea, "1");
    clock_.advance(Duration{5'000});
    calls_.lost = true;
    calls_.release_one();
    calls_.lost = false;
    calls_.hold = false;
    clock_.advance(RemoteChat::kDoubt - Duration{1});
    send(kTea, "2");
    answer(stored(kCocoa, 5));
    send(kCocoa, "3");
    clock_.advance(Duration{1});
    answer(stored(kTea, 1));
    send(kTea, "4");
    EXPECT_THAT(told_, ElementsAre("unavailable", "unavailable", "told 5", "5", "told 1", "1"));
}

TEST_F(AStub, SendsOnBehindOneThatNobodyWasAskedToStore)
{
    calls_.away = true;
    send(kTea, "1");
    calls_.away = false;
    answer(stored(kTea, 1));
    send(kTea, "2");
    EXPECT_THAT(told_, ElementsAre("unavailable", "told 1", "1"));
}

TEST_F(AStub, RefusesWhatIsTooMuch)
{
    calls_.hold = true;
    for (std::size_t i = 0; i <= RemoteChat::kMostOfALane; ++i)
        send(kTea, "x");
    EXPECT_THAT(told_, ElementsAre("unavailable"));
    calls_.away = true;
    calls_.hold = false;
    calls_.release();
    EXPECT_EQ(chat_.under_way(), 0U);
}

TEST_F(AStub, MakesAFailureOfWhatIsNoMessage)
{
    for (const auto* odd : {"null", "1", "{}", R"({"_id":"x"})"}) {
        answer(odd);
        send(kTea, "x");
        clock_.advance(RemoteChat::kDoubt);
    }
    calls_.answers.push_back({Kind::nothing, "", {}});
    send(kTea, "x");
    send(kCocoa, "x");  // no handler
    EXPECT_THAT(told_, ElementsAre("internal", "internal", "internal", "internal", "internal", "internal"));
}

TEST_F(AStub, AsksForTheRoomsOfAUser)
{
    answer(R"([{"room_id":")" + kTea.hex() + R"(","seq":4}])");
    EXPECT_THAT(rooms(), ElementsAre(kTea.hex() + " 4"));
    EXPECT_EQ(calls_.asked[0].request.pattern, "chat.room.find_own");
    EXPECT_EQ(calls_.asked[0].request.header("authorization"), "Bearer t");
}

TEST_F(AStub, LooksIntoEachRoomOfAServiceThatKnowsNoRoomsOfAUser)
{
    calls_.answers.push_back({Kind::no_handler, "", {}});
    answer(
        R"([{"_id":")" + kTea.hex() + R"("},{"_id":")" + kCocoa.hex() + R"("},{"_id":")" + test_id(9).hex() + R"("}])"
    );
    answer(R"([{"user_id":")" + test_id(8).hex() + R"("}])");
    answer(R"([{"user_id":")" + test_id(8).hex() + R"("},{"user_id":")" + kGrace.hex() + R"("}])");
    calls_.answers.push_back({Kind::error, R"({"status":403,"data":"m"})", {}});
    EXPECT_THAT(rooms(), ElementsAre(kCocoa.hex() + " 0"));
    EXPECT_EQ(calls_.asked[4].request.pattern, "chat.room.member.find_all");
    EXPECT_EQ(calls_.asked[4].request.data, R"({"room_id":")" + test_id(9).hex() + "\"}");
}

TEST_F(AStub, SaysThatRoomsCannotBeAskedFor)
{
    calls_.answers.push_back({Kind::error, R"({"status":401,"data":{"message":"jwt expired"}})", {}});
    EXPECT_THROW(rooms(), Refused);
    calls_.away = true;
    EXPECT_THROW(rooms(), Unavailable);
}

}  // namespace
}  // namespace wgw::chat
