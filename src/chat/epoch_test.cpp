#include "chat/epoch.hpp"
#include "chat/log_schema.hpp"
#include "chat/log_store_sqlite.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::chat {
namespace {

TEST(AnEpoch, IsOf32HexDigitsAndNeverTheSame)
{
    SystemRandom random;
    const auto epoch = make_epoch(random);
    EXPECT_EQ(epoch.size(), 32U);
    EXPECT_EQ(epoch.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_NE(make_epoch(random), epoch);
}

TEST(AStoreThatWasTakenBack, GetsANewEpochForEveryRoom)
{
    SystemRandom random;
    store::Sqlite db("", store::Sqlite::Mode::memory);
    store::migrate(db, "chat", kLogMigrations, {});
    EXPECT_EQ(renew_epochs(db, random), 0);
    db.exec("INSERT INTO chat_room(_id, name, created_at, epoch) VALUES(x'01', 'a', 1, 'old'), (x'02', 'b', 2, 'old')");
    EXPECT_EQ(renew_epochs(db, random), 2);
    auto rows =
        db.prepared("SELECT count(DISTINCT epoch), min(length(epoch)), group_concat(name) FROM chat_room").query();
    ASSERT_TRUE(rows.step());
    EXPECT_EQ(rows.integer(0), 2);
    EXPECT_EQ(rows.integer(1), 32);
    EXPECT_EQ(rows.text(2), "a,b");
}

}  // namespace
}  // namespace wgw::chat
