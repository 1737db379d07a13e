#include "chat/log_schema_mongo.hpp"
#include "chat/log_store_mongo.hpp"
#include "chat/test_log_store_contract.hpp"
#include "store/test_mongo.hpp"

#include <gmock/gmock.h>

#include <set>

namespace wgw::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kCollections = {kChatLog, kChatRooms, kChatMembers};

/// MongoDB has no transaction around an append. What can take back one that was not confirmed is a change of the
/// primary: then the documents that the old one has taken since are gone, as they are behind rollback() here.
class OnMongo final : public LogUnderTest {
public:
    OnMongo()
    {
        create_log(*mongo_.client);
        create_log(*mongo_.client);  // as at the second start
    }
    LogStore& log() override { return *log_; }
    void begin() override { before_ = documents(); }
    void commit() override {}
    void rollback() override
    {
        for (const auto& [collection, id] : documents())
            if (!before_.contains({collection, id})) {
                store::Bson filter;
                filter.add("_id", id);
                mongo_.client->remove(collection, filter);
            }
    }

private:
    std::set<std::pair<std::string_view, Id>> documents()
    {
        std::set<std::pair<std::string_view, Id>> found;
        for (const auto collection : kCollections)
            mongo_.client->find({.collection = collection, .filter = {}}, [&](store::BsonView document) {
                found.emplace(collection, *document.get<Id>("_id"));
                return true;
            });
        return found;
    }

    store::TestMongo mongo_;
    std::unique_ptr<LogStore> log_ = make_mongo_log(*mongo_.client);
    std::set<std::pair<std::string_view, Id>> before_;
};

const LogKind kLogs[] = {
    {"mongo", []() -> std::unique_ptr<LogUnderTest> { return std::make_unique<OnMongo>(); }},
};

INSTANTIATE_TEST_SUITE_P(Every, ALogStore, testing::ValuesIn(kLogs), name_of_log);

Id id_of(int number)
{
    Id id;
    id.bytes[11] = static_cast<std::uint8_t>(number);
    return id;
}

const RoomId kRoom = id_of(1);
const UserId kOwner = id_of(11);
const UserId kMember = id_of(12);

Entry created()
{
    return {kRoom, 1, id_of(101), kOwner, {}, {}, {1'000}, EntryType::room_update, R"({"name":"tea","epoch":"00"})"};
}
Entry joined(Seq seq)
{
    return {kRoom, seq, id_of(102), kMember, {}, {}, {1'001}, EntryType::member_update, R"({"action":"joined"})"};
}
Entry message(Seq seq, int id)
{
    return {kRoom, seq, id_of(id), kOwner, {}, {}, {1'002}, EntryType::message_receive, R"({"content":"a"})"};
}

class ALogInMongo : public testing::Test {
protected:
    ALogInMongo() { create_log(*mongo_.client); }

    LogStore::Appended append(const std::vector<Entry>& entries) { return log_->append(entries); }

    /// The names of the fields of the one document of a collection.
    std::vector<std::string> fields(std::string_view collection)
    {
        std::vector<std::string> names;
        mongo_.client->find({.collection = collection, .filter = {}}, [&](store::BsonView document) {
            document.for_each([&](std::string_view name, const store::BsonView::Value&) { names.emplace_back(name); });
            return true;
        });
        return names;
    }
    std::size_t count(std::string_view collection) { return mongo_.client->count(collection, {}, 1'000); }

    store::TestMongo mongo_;
    std::unique_ptr<LogStore> log_ = make_mongo_log(*mongo_.client);
};

TEST_F(ALogInMongo, HasRoomsAndMembersAsTheOriginalAndOurFieldsBehind)
{
    append({created()});
    EXPECT_THAT(
        fields(kChatRooms), ElementsAre("_id", "name", "created_at", "updated_at", "__v", "epoch", "members_to")
    );
    EXPECT_THAT(
        fields(kChatMembers), ElementsAre("_id", "room_id", "user_id", "created_at", "updated_at", "__v", "seq")
    );
}

TEST_F(ALogInMongo, WritesTheDocumentsThatWhoeverStoredTheEntryDidNot)
{
    append({created(), joined(2)});
    for (const auto collection : {kChatRooms, kChatMembers})
        mongo_.client->remove_all(collection, {});
    EXPECT_TRUE(log_->load(kRoom)->has_member(kMember)) << "the log alone decides";
    EXPECT_EQ(count(kChatRooms), 1U);
    EXPECT_EQ(count(kChatMembers), 2U);

    mongo_.client->remove_all(kChatMembers, {});
    EXPECT_THAT(log_->behind(kRoom, 1, 9), ElementsAre(joined(2)));
    EXPECT_EQ(count(kChatMembers), 1U) << "of what was read on";
}

TEST_F(ALogInMongo, ReadsNotAllOfALongLogToLoadTheRoom)
{
    append({created(), joined(2)});
    std::vector<Entry> messages;
    for (int i = 0; i < 250; ++i) {
        messages.push_back(message(3 + i, 0));
        messages.back()._id.bytes[0] = static_cast<std::uint8_t>(1 + i);
    }
    EXPECT_EQ(append(messages).kept, 250U);
    EXPECT_EQ(log_->load(kRoom)->head(), 252) << "which notes that all members up to here have a document";
    store::Bson early;
    early.add("seq", store::Bson().add("$lt", 252));
    mongo_.client->remove_all(kChatLog, early);
    const auto room = log_->load(kRoom);
    EXPECT_EQ(room->head(), 252);
    EXPECT_TRUE(room->has_member(kMember));
    EXPECT_EQ(room->member_count(), 2U);
}

TEST_F(ALogInMongo, ShowsAnEntryWithoutAKeyThatComesAgainItself)
{
    append({created(), message(2, 120), message(3, 121)});
    const auto again = append({message(4, 120)});
    EXPECT_EQ(again.kept, 0U);
    EXPECT_EQ(again.taken, message(2, 120)) << "a broker has delivered the request twice";
    EXPECT_EQ(append({message(4, 122)}).kept, 1U);
}

TEST_F(ALogInMongo, DoesNotSeeWhatTheOriginalHasWrittenBeforeItIsNumbered)
{
    store::Bson room;
    room.add("_id", kRoom)
        .add("name", "tea")
        .add("created_at", Timestamp{1})
        .add("updated_at", Timestamp{1})
        .add("__v", 0);
    mongo_.client->insert(kChatRooms, {&room, 1});
    store::Bson member;
    member.add("_id", id_of(1))
        .add("room_id", kRoom)
        .add("user_id", kOwner)
        .add("created_at", Timestamp{1})
        .add("__v", 0);
    mongo_.client->insert(kChatMembers, {&member, 1});
    EXPECT_FALSE(log_->load(kRoom).has_value());
    EXPECT_EQ(log_->rooms_of(kOwner, 9), 0U);
}

TEST_F(ALogInMongo, IsSharedByTwoWriters)
{
    const auto other_client = mongo_.pool.client();
    const auto other = make_mongo_log(*other_client);
    append({created()});
    EXPECT_EQ(other->append(std::vector{joined(2)}).kept, 1U);
    const auto met = append({message(2, 120)});
    EXPECT_EQ(met.kept, 0U);
    EXPECT_FALSE(met.taken.has_value());
    EXPECT_EQ(append({message(3, 120)}).kept, 1U);
    EXPECT_EQ(other->head(kRoom), 3);
}

/// A log behind a network that loses what the test wants lost, and one that sees what there is.
class ALogBehindABadNetwork : public ALogInMongo {
protected:
    ALogBehindABadNetwork() { append({created()}); }

    std::vector<Seq> seqs()
    {
        std::vector<Seq> found;
        for (const auto& entry : log_->behind(kRoom, 0, 99))
            found.push_back(entry.seq);
        return found;
    }

    const std::vector<Entry> entries_{message(2, 120), message(3, 121), message(4, 122)};
    std::unique_ptr<store::TestProxy> proxy_ = store::proxy_to(mongo_.target);
    store::MongoPool pool_{store::through(*proxy_, mongo_.target), 1};
    std::unique_ptr<store::MongoClient> client_ = pool_.client();
    std::unique_ptr<LogStore> far_ = make_mongo_log(*client_);
};

TEST_F(ALogBehindABadNetwork, LooksUpWhatItWasNotAnswered)
{
    EXPECT_EQ(far_->head(kRoom), 1);
    proxy_->lose_reply_to("chatlog");
    const auto appended = far_->append(entries_);
    EXPECT_EQ(appended.kept, 3U) << "all of it had been stored";
    EXPECT_FALSE(appended.taken.has_value());
    EXPECT_EQ(proxy_->lost(), 1);
    EXPECT_THAT(seqs(), ElementsAre(1, 2, 3, 4));
}

TEST_F(ALogBehindABadNetwork, InsertsOnceMoreWhatHasNotArrived)
{
    EXPECT_EQ(far_->head(kRoom), 1);
    proxy_->lose_request("chatlog");
    EXPECT_EQ(far_->append(entries_).kept, 3U);
    EXPECT_EQ(proxy_->lost(), 1);
    EXPECT_THAT(seqs(), ElementsAre(1, 2, 3, 4));
}

TEST_F(ALogBehindABadNetwork, KeepsWhatArrivedBeforeAnotherWriterTookTheNextSeq)
{
    EXPECT_EQ(far_->head(kRoom), 1);
    append({message(2, 120)});  // as if the first of the three had arrived, and then the connection was lost
    append({message(3, 130)});  // somebody else's
    proxy_->lose_request("chatlog");
    const auto appended = far_->append(entries_);
    EXPECT_EQ(appended.kept, 1U);
    EXPECT_FALSE(appended.taken.has_value()) << "seq 3 is taken";
    EXPECT_THAT(seqs(), ElementsAre(1, 2, 3));
}

TEST_F(ALogBehindABadNetwork, SaysThatItDoesNotKnowWhenNothingAnswers)
{
    EXPECT_EQ(far_->head(kRoom), 1);
    proxy_->freeze();
    const auto began = std::chrono::steady_clock::now();
    EXPECT_THROW(far_->append(entries_), store::MongoAway);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(9));
    EXPECT_TRUE(pool_.health().is_away());
    proxy_->thaw();
    if (far_->append(entries_).kept == 0) {  // the first insert has arrived in the end
        auto again = entries_;
        for (auto& entry : again)
            entry.seq += 3;
        EXPECT_EQ(far_->append(again).taken, entries_.front()) << "decided anew it is found by its _id";
    }
    EXPECT_FALSE(pool_.health().is_away());
    EXPECT_THAT(seqs(), ElementsAre(1, 2, 3, 4));
}

}  // namespace
}  // namespace wgw::chat
