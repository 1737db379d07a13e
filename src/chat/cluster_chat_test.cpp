#include "bus/hints_local.hpp"
#include "chat/cluster_chat.hpp"
#include "user/test_users.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <utility>
#include <vector>

namespace wgw::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using user::test_id;

const RoomId kTea = test_id(1);
const RoomId kCocoa = test_id(2);

/// Passes nothing on: the test says what was answered.
class FakeSender final : public LiveChat {
public:
    void submit(RoomId room, const Caller&, Command, Reply reply) override
    {
        rooms.push_back(room);
        replies.push_back(std::move(reply));
    }
    void set_listener(Listener listener) override { listener_ = std::move(listener); }
    Task<std::vector<RoomHead>> rooms_of(Caller caller) override
    {
        co_return std::vector<RoomHead>{
            {RoomId(caller.user_id), 7}
        };
    }

    /// As a stub does it: the listener first, the sender second.
    void answer(const Entry& entry)
    {
        if (listener_)
            listener_(entry);
        auto reply = std::move(replies.front());
        replies.erase(replies.begin());
        reply(Outcome{entry, false});
    }
    bool is_listened_to() const { return static_cast<bool>(listener_); }

    std::vector<RoomId> rooms;
    std::vector<Reply> replies;

private:
    Listener listener_;
};

/// Has what a room is asked for, and nothing else to say.
class FakeLog final : public LogReader {
public:
    Task<std::vector<Entry>> entries(RoomId, Seq, std::size_t) override { co_return stored; }
    Task<std::vector<RoomHead>> heads(std::vector<RoomId>) override { co_return std::vector<RoomHead>{}; }
    Task<Recent> recent(Duration) override { co_return Recent{}; }

    std::vector<Entry> stored;
};

Entry entry_of(RoomId room, Seq seq)
{
    Entry entry;
    entry.room_id = room;
    entry.seq = seq;
    entry._id = test_id(100 + static_cast<unsigned>(seq));
    entry.body = message_body("x");
    return entry;
}

class AClusterChat : public testing::Test {
protected:
    AClusterChat()
    {
        hints_.set_listener(
            {.heard = [this](std::string_view, std::string_view payload) { stream_.heard(payload); },
             .following = [this](std::string_view channel) { stream_.following(channel); }}
        );
        chat_.emplace(sender_, stream_);
        chat_->set_listener([this](const Entry& entry) { told_.push_back("told " + std::to_string(entry.seq)); });
    }

    void send(RoomId room)
    {
        chat_->submit(room, {}, Send{"x", {}}, [this](Result<Outcome> outcome) {
            told_.push_back("answered " + std::to_string(outcome.value().entry.seq));
        });
    }

    bus::LocalHints hints_;
    FakeLog log_;
    TaskScope tasks_{[](std::exception_ptr) { FAIL() << "a task has a fence of its own"; }};
    EntryStream stream_{hints_, log_, tasks_};
    FakeSender sender_;
    std::optional<ClusterChat> chat_;
    std::vector<std::string> told_;
};

TEST_F(AClusterChat, TellsAnAnswerBeforeItsSenderAndItsHintNoMore)
{
    chat_->watch({kTea, 3});
    send(kTea);
    EXPECT_THAT(sender_.rooms, ElementsAre(kTea));
    publish(hints_, entry_of(kTea, 4));
    sender_.answer(entry_of(kTea, 4));
    publish(hints_, entry_of(kTea, 5));
    EXPECT_THAT(told_, ElementsAre("told 4", "answered 4", "told 5"));
}

TEST_F(AClusterChat, HoldsBackAnAnswerWhoseRoomHasAHole)
{
    chat_->watch({kTea, 3});
    send(kTea);
    sender_.answer(entry_of(kTea, 5));
    EXPECT_THAT(told_, ElementsAre("answered 5"));
    log_.stored = {entry_of(kTea, 4)};
    stream_.advance(Instant{1'000});
    EXPECT_THAT(told_, ElementsAre("answered 5", "told 4", "told 5"));
}

TEST_F(AClusterChat, TellsWhatAServiceWithoutNumbersHasStoredAsItIsAnswered)
{
    chat_->watch({kTea, 0});
    EXPECT_EQ(stream_.watched(), 0U) << "there is no log in which it could be looked for";
    send(kTea);
    sender_.answer(entry_of(kTea, 0));
    EXPECT_THAT(told_, ElementsAre("told 0", "answered 0"));
}

TEST_F(AClusterChat, HearsOfARoomAsLongAsItIsWatched)
{
    publish(hints_, entry_of(kTea, 4));
    chat_->watch({kTea, 4});
    publish(hints_, entry_of(kTea, 5));
    publish(hints_, entry_of(kCocoa, 5));
    chat_->unwatch(kTea);
    publish(hints_, entry_of(kTea, 6));
    EXPECT_THAT(told_, ElementsAre("told 5"));
}

TEST_F(AClusterChat, AsksItsSenderForTheRoomsOfAUser)
{
    Caller caller;
    caller.user_id = test_id(9);
    std::vector<RoomHead> found;
    const auto ask = [this, &found](Caller who) -> Task<void> { found = co_await chat_->rooms_of(std::move(who)); };
    tasks_.spawn(ask(caller));
    EXPECT_THAT(found, ElementsAre(RoomHead{RoomId(caller.user_id), 7}));
}

TEST_F(AClusterChat, LeavesNobodyListeningBehind)
{
    chat_->watch({kTea, 3});
    chat_.reset();
    EXPECT_FALSE(sender_.is_listened_to());
    publish(hints_, entry_of(kTea, 4));
    EXPECT_THAT(told_, IsEmpty());
}

}  // namespace
}  // namespace wgw::chat
