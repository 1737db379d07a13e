#include "chat/log_schema_mongo.hpp"
#include "chat/service_mongo.hpp"
#include "chat/test_service_contract.hpp"
#include "store/test_mongo.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>

namespace wgw::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// A chat process on a database of the test. Its loop is its own.
class Process final : public ChatProcess {
public:
    Process(const store::MongoTarget& target, std::size_t capacity)
        : pool_(target, 8), readers_(pool_, loop_, clock_, {.threads = 2, .capacity = 64}),
          random_(static_cast<std::uint64_t>(++made_)),
          chat_(pool_, readers_, loop_, clock_, random_, {.threads = 2, .capacity = capacity})
    {
    }
    ~Process() override
    {
        chat_.stop();
        readers_.stop();
        loop_.run_ready();
    }

    MongoService& chat() override { return chat_; }
    TestLoop& loop() override { return loop_; }
    std::size_t under_way() const override { return chat_.under_way(); }
    void flush() override
    {
        chat_.flush();
        readers_.flush();
    }
    ManualClock& clock() { return clock_; }

private:
    static inline int made_ = 0;

    TestLoop loop_;
    ManualClock clock_;
    store::MongoPool pool_;
    store::MongoThreads readers_;
    SeededRandom random_;
    MongoService chat_;
};

/// A database of its own.
class Database final : public ChatStore {
public:
    Database() { create_log(*client_); }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() override { client_->drop_database(); }

    std::unique_ptr<ChatProcess> start(std::size_t capacity) override
    {
        return std::make_unique<Process>(target_, capacity);
    }

private:
    store::MongoTarget target_ = store::test_mongo_target(store::TestMongo::database_name());
    store::MongoPool pool_{target_, 1};
    std::unique_ptr<store::MongoClient> client_ = pool_.client();
};

const ChatKind kChats[] = {
    {"mongo", []() -> std::unique_ptr<ChatStore> { return std::make_unique<Database>(); }},
};

INSTANTIATE_TEST_SUITE_P(Every, AChat, testing::ValuesIn(kChats), name_of_chat);
INSTANTIATE_TEST_SUITE_P(Every, APageOfChat, testing::ValuesIn(kChats), name_of_chat);

/// Two processes on one database.
class TwoChats : public AChat {
protected:
    MongoService& other() { return static_cast<Process&>(*other_).chat(); }
    MongoService& chat() { return static_cast<Process&>(*process_).chat(); }

    std::unique_ptr<ChatProcess> other_ = store_->start(kCapacity);
};

INSTANTIATE_TEST_SUITE_P(Only, TwoChats, testing::ValuesIn(kChats), name_of_chat);

TEST_P(TwoChats, WriteOneLogOfARoomWithoutAHoleWhoeverAsks)
{
    constexpr int kRounds = 10;
    constexpr int kBurst = 8;
    std::map<Seq, std::string> stored;
    std::vector<Seq> told;
    std::vector<Seq> told_elsewhere;
    process_->chat().set_listener([&told](const Entry& entry) { told.push_back(entry.seq); });
    other_->chat().set_listener([&told_elsewhere](const Entry& entry) { told_elsewhere.push_back(entry.seq); });
    for (int i = 0; i < kRounds; ++i) {
        for (int j = 0; j < kBurst; ++j)
            for (auto* process : {process_.get(), other_.get()}) {
                const std::string name =
                    std::to_string(i) + (process == process_.get() ? " a" : " b") + std::to_string(j);
                process->chat().submit(room_, as(kOwner), Send{name, {}}, [&stored, name](Result<Outcome> outcome) {
                    ASSERT_TRUE(outcome.has_value()) << row(outcome.error().code).name;
                    EXPECT_TRUE(stored.emplace(outcome->entry.seq, name).second) << "two at one seq";
                });
            }
        process_->flush();
        other_->flush();
        process_->settle();
        other_->settle();
    }
    ASSERT_EQ(stored.size(), 2U * kRounds * kBurst);
    EXPECT_EQ(stored.begin()->first, 3);
    EXPECT_EQ(stored.rbegin()->first, 2 + 2 * kRounds * kBurst) << "no hole";
    EXPECT_TRUE(std::ranges::is_sorted(told));
    EXPECT_TRUE(std::ranges::is_sorted(told_elsewhere));
    EXPECT_EQ(told.size() + told_elsewhere.size(), stored.size());
    std::vector<std::string> contents_in_order;
    for (const auto& [seq, name] : stored)
        contents_in_order.push_back(name);
    EXPECT_EQ(contents(), contents_in_order);
}

TEST_P(TwoChats, StoreOneOfTwoSendsWithOneKey)
{
    std::map<std::string, std::set<Seq>> seqs;
    int duplicates = 0;
    for (int i = 0; i < 100; ++i)
        for (auto* process : {process_.get(), other_.get()}) {
            const std::string key = "key" + std::to_string(i);
            process->chat().submit(room_, as(kOwner), Send{"a", key}, [&, key](Result<Outcome> outcome) {
                ASSERT_TRUE(outcome.has_value()) << row(outcome.error().code).name;
                seqs[key].insert(outcome->entry.seq);
                duplicates += outcome->duplicate ? 1 : 0;
            });
            if (i % 10 == 9)
                process->flush();
        }
    process_->settle();
    other_->settle();
    EXPECT_EQ(seqs.size(), 100U);
    EXPECT_TRUE(std::ranges::all_of(seqs, [](const auto& row) { return row.second.size() == 1; }));
    EXPECT_EQ(duplicates, 100);
    EXPECT_EQ(process_->await(process_->chat().room(room_))->seq, 102);
}

TEST_P(TwoChats, RefuseNobodyWhoHasJoinedAtTheOther)
{
    EXPECT_EQ(process_->await(process_->chat().messages(room_, kStranger, {})).error().code, Errc::not_member);
    ASSERT_TRUE(other_->await(other_->chat().join(room_, kStranger)).has_value());
    send(kStranger, "a");
    EXPECT_THAT(settle(), ElementsAre("told 4", "4"));
    EXPECT_EQ(process_->await(process_->chat().members(room_, kStranger, {}))->items.size(), 3U);
}

TEST_P(TwoChats, StoreARequestThatIsDeliveredTwiceOnce)
{
    const Id id = chat_id(77);
    std::vector<std::string> answers;
    const auto answer = [&answers](const Result<Outcome>& outcome) { answers.push_back(in_words(outcome)); };
    chat().submit_as(id, room_, kOwner, Send{"a", {}}, answer);
    chat().submit_as(chat_id(78), room_, kOwner, Send{"b", {}}, answer);
    process_->settle();
    other().submit_as(id, room_, kOwner, Send{"a", {}}, answer);
    other_->settle();
    EXPECT_THAT(answers, ElementsAre("3", "4", "3 again"));
    EXPECT_THAT(contents(), ElementsAre("a", "b"));
}

TEST_P(TwoChats, ShowWhatWasStoredLatelyAndWhatStandsBehindASeq)
{
    send(kOwner, "a");
    settle();
    const auto entries = other_->await(other().entries(room_, 1, 9));
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].seq, 2);
    EXPECT_EQ(entries[1].body, R"({"content":"a"})");
    EXPECT_THAT(other_->await(other().entries(room_, 3, 9)), IsEmpty());
    EXPECT_THAT(other_->await(other().heads({room_, chat_id(99)})), ElementsAre(RoomHead{room_, 3}));
    const auto recent = other_->await(other().recent(Duration(10'000)));
    EXPECT_THAT(recent.heads, UnorderedElementsAre(RoomHead{room_, 3}));
    EXPECT_EQ(recent.joins.size(), 2U);
    static_cast<Process&>(*other_).clock().advance(Duration(60'000));
    EXPECT_THAT(other_->await(other().recent(Duration(10'000))).heads, IsEmpty());
}

}  // namespace
}  // namespace wgw::chat
