// What every LogStore does. A new one is a new row at the end.

#include "chat/log_schema.hpp"
#include "chat/log_store_sqlite.hpp"
#include "chat/test_log_store.hpp"

#include <gtest/gtest.h>

namespace wgw::chat {
namespace {

Id id_of(int number)
{
    Id id;
    id.bytes[11] = static_cast<std::uint8_t>(number);
    return id;
}

const RoomId kRoom = id_of(1);
const RoomId kOther = id_of(2);
const UserId kOwner = id_of(11);
const UserId kMember = id_of(12);

Entry created(RoomId room = kRoom)
{
    return {
        room,
        1,
        id_of(101),
        kOwner,
        {},
        {},
        {1'000},
        EntryType::room_update,
        R"({"name":"a \"b\"","epoch":"00112233445566778899aabbccddeeff"})"
    };
}

Entry joined(Seq seq, UserId user)
{
    return {kRoom, seq, id_of(101), user, {}, {}, {1'000}, EntryType::member_update, R"({"action":"joined"})"};
}

Entry message(Seq seq, UserId user = kOwner, RoomId room = kRoom)
{
    return {room, seq, id_of(102), user, {}, {}, {1'000 + seq}, EntryType::message_receive, R"({"content":"é"})"};
}

Entry keyed(Seq seq, std::string key, UserId user = kOwner, RoomId room = kRoom)
{
    auto entry = message(seq, user, room);
    entry.client_msg_id = std::move(key);
    entry.send_hash = {1, 2, 3};
    return entry;
}

/// A store and the owner of its transactions.
struct Subject {
    virtual ~Subject() = default;
    virtual LogStore& log() = 0;
    virtual void begin() = 0;
    virtual void commit() = 0;
    virtual void rollback() = 0;
};

struct InMemory final : Subject {
    LogStore& log() override { return log_; }
    void begin() override {}
    void commit() override { log_.commit(); }
    void rollback() override { log_.rollback(); }

    MemoryLog log_;
};

struct OnSqlite final : Subject {
    OnSqlite()
    {
        store::migrate(db_, "chat", kLogMigrations, Timestamp{});
        log_ = make_sqlite_log(db_);
    }
    LogStore& log() override { return *log_; }
    void begin() override { db_.begin(); }
    void commit() override { db_.commit(); }
    void rollback() override { db_.rollback(); }

    store::Sqlite db_{"", store::Sqlite::Mode::memory};
    std::unique_ptr<LogStore> log_;
};

struct Implementation {
    std::string_view name;
    std::unique_ptr<Subject> (*make)();

    friend void PrintTo(const Implementation& row, std::ostream* out) { *out << row.name; }
};

class ALogStore : public testing::TestWithParam<Implementation> {
protected:
    LogStore::Appended append(std::vector<Entry> entries)
    {
        subject_->begin();
        auto result = log_.append(entries);
        subject_->commit();
        return result;
    }

    std::unique_ptr<Subject> subject_ = GetParam().make();
    LogStore& log_ = subject_->log();
};

TEST_P(ALogStore, HasNoRoomThatNobodyMade)
{
    EXPECT_FALSE(log_.load(kRoom).has_value());
    EXPECT_EQ(log_.head(kRoom), 0);
    EXPECT_FALSE(log_.find(kRoom, 1).has_value());
}

TEST_P(ALogStore, LoadsARoomAsTheSumOfItsEntries)
{
    EXPECT_EQ(append({created(), joined(2, kMember), message(3, kMember)}).kept, 3U);
    EXPECT_EQ(append({message(4)}).kept, 1U);
    Room expected(kRoom);
    for (const auto& entry : {created(), joined(2, kMember), message(3, kMember), message(4)})
        expected.apply(entry);
    EXPECT_EQ(log_.load(kRoom), expected);
    EXPECT_EQ(log_.head(kRoom), 4);
}

TEST_P(ALogStore, FindsEveryEntryAsItWasAppended)
{
    const std::vector all{created(), joined(2, kMember), message(3, kMember), keyed(4, "k")};
    append(all);
    for (const auto& entry : all)
        EXPECT_EQ(log_.find(kRoom, entry.seq), entry);
    EXPECT_FALSE(log_.find(kRoom, 0).has_value());
    EXPECT_FALSE(log_.find(kRoom, 5).has_value());
    EXPECT_FALSE(log_.find(kOther, 1).has_value());
}

TEST_P(ALogStore, KeepsOnlyTheEntriesBeforeATakenSeq)
{
    append({created(), message(2)});
    const auto result = append({message(2, kMember), message(3)});
    EXPECT_EQ(result.kept, 0U);
    EXPECT_FALSE(result.taken.has_value());
    EXPECT_EQ(log_.find(kRoom, 2), message(2));
    EXPECT_EQ(log_.load(kRoom)->head(), 2);
}

TEST_P(ALogStore, TakesARoomsFirstSeqOnce)
{
    append({created()});
    const auto result = append({created()});
    EXPECT_EQ(result.kept, 0U);
    EXPECT_FALSE(result.taken.has_value());
}

TEST_P(ALogStore, ShowsTheEntryThatHasTheKey)
{
    append({created(), keyed(2, "k"), message(3)});
    const auto result = append({message(4), keyed(5, "k"), message(6)});
    EXPECT_EQ(result.kept, 1U);
    EXPECT_EQ(result.taken, keyed(2, "k"));
    EXPECT_EQ(log_.load(kRoom)->head(), 4);
}

TEST_P(ALogStore, ShowsTheEntryThatHasTheKeyAlsoIfTheSeqIsTakenToo)
{
    append({created(), keyed(2, "k")});
    EXPECT_EQ(append({keyed(2, "k")}).taken, keyed(2, "k"));
}

TEST_P(ALogStore, SeesKeysOfTheTransactionItIsIn)
{
    const auto result = append({created(), keyed(2, "k"), keyed(3, "k")});
    EXPECT_EQ(result.kept, 2U);
    EXPECT_EQ(result.taken, keyed(2, "k"));
}

TEST_P(ALogStore, KeepsTheKeysOfUsersAndRoomsApart)
{
    append({created(), joined(2, kMember), keyed(3, "k")});
    append({created(kOther), keyed(2, "k", kOwner, kOther)});
    EXPECT_EQ(append({keyed(4, "k", kMember)}).kept, 1U);
    EXPECT_EQ(append({keyed(5, "K")}).kept, 1U) << "keys differ by case";
    EXPECT_EQ(log_.load(kOther)->head(), 2);
}

TEST_P(ALogStore, ForgetsWhatARollbackTookBack)
{
    append({created()});
    subject_->begin();
    log_.append(std::vector{keyed(2, "k"), joined(3, kMember)});
    log_.append(std::vector{created(kOther)});
    subject_->rollback();
    log_.forget();
    EXPECT_EQ(log_.load(kRoom)->head(), 1);
    EXPECT_FALSE(log_.load(kRoom)->has_member(kMember));
    EXPECT_FALSE(log_.load(kOther).has_value());
    EXPECT_EQ(append({joined(2, kMember), keyed(3, "k")}).kept, 2U);
    EXPECT_EQ(append({created(kOther)}).kept, 1U);
    EXPECT_EQ(log_.find(kRoom, 2)->user_id, kMember);
    EXPECT_EQ(log_.find(kRoom, 3)->user_id, kOwner);
}

TEST_P(ALogStore, CountsTheRoomsOfAUserUpToWhatIsAsked)
{
    EXPECT_EQ(log_.rooms_of(kMember, 9), 0U);
    append({created(), joined(2, kMember), message(3, kMember), message(4, kMember)});
    append({created(kOther)});
    EXPECT_EQ(log_.rooms_of(kMember, 9), 1U) << "sends are no memberships";
    EXPECT_EQ(log_.rooms_of(kOwner, 9), 2U);
    EXPECT_EQ(log_.rooms_of(kOwner, 1), 1U);
    EXPECT_EQ(log_.rooms_of(kOwner, 0), 0U);
}

TEST_P(ALogStore, CountsTheRoomsOfTheTransactionItIsInAndNotThoseOfARollback)
{
    subject_->begin();
    log_.append(std::vector{created()});
    EXPECT_EQ(log_.rooms_of(kOwner, 9), 1U);
    subject_->rollback();
    log_.forget();
    EXPECT_EQ(log_.rooms_of(kOwner, 9), 0U);
}

const Implementation kImplementations[] = {
    {"memory", []() -> std::unique_ptr<Subject> { return std::make_unique<InMemory>(); }},
    {"sqlite", []() -> std::unique_ptr<Subject> { return std::make_unique<OnSqlite>(); }},
};

INSTANTIATE_TEST_SUITE_P(Every, ALogStore, testing::ValuesIn(kImplementations), [](const auto& row) {
    return std::string(row.param.name);
});

}  // namespace
}  // namespace wgw::chat
