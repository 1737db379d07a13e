#include "chat/engine.hpp"
#include "chat/history.hpp"
#include "chat/log_schema.hpp"
#include "chat/log_store_sqlite.hpp"
#include "chat/page_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Id id_of(int number)
{
    Id id;
    id.bytes[11] = static_cast<std::uint8_t>(number);
    return id;
}

const RoomId kRoom = id_of(1);
const UserId kOwner = id_of(11);
const UserId kMember = id_of(12);
const UserId kStranger = id_of(13);
constexpr std::string_view kEpoch = "00112233445566778899aabbccddeeff";

/// A room: 1 made by kOwner, 2 "m2", 3 kMember joined, 4 "m4", 5 "m5", 6 "m6"; the last with key "k" by kMember.
class History : public testing::Test {
protected:
    History()
    {
        store::migrate(db_, "chat", kLogMigrations, Timestamp{});
        log_ = make_sqlite_log(db_);
        make_room(1, "tea");
        run(kOwner, Send{"m2", {}});
        run(kMember, Join{});
        run(kOwner, Send{"m4", {}});
        run(kOwner, Send{"m5", {}});
        run(kMember, Send{"m6", "k"});
    }

    void make_room(int number, std::string name)
    {
        run(kOwner, Create{std::move(name), std::string(kEpoch)}, id_of(number));
    }
    void run(UserId caller, Command command, RoomId room = kRoom)
    {
        Engine engine(*log_, {});
        ++now_.unix_ms;
        engine.execute({room, caller, std::move(command), id_of(100 + static_cast<int>(now_.unix_ms)), now_}).value();
    }

    /// The contents of a page, and "…" where there is more.
    std::vector<std::string> page(Page<Seq> page)
    {
        const auto list = read_messages(db_, kRoom, kMember, page).value();
        std::vector<std::string> contents;
        for (const auto& message : list.items)
            contents.push_back(message.content);
        if (list.more)
            contents.insert(page.after ? contents.end() : contents.begin(), "…");
        return contents;
    }

    store::Sqlite db_{"", store::Sqlite::Mode::memory};
    std::unique_ptr<LogStore> log_;
    Timestamp now_;
};

TEST_F(History, ShowsMessagesOldestFirst)
{
    const auto list = read_messages(db_, kRoom, kMember, {});
    ASSERT_TRUE(list.has_value());
    ASSERT_EQ(list->items.size(), 4U);
    EXPECT_FALSE(list->more);
    EXPECT_EQ(list->items[0], (MessageInfo{id_of(102), kRoom, kOwner, "m2", {2}, 2, {}}));
    EXPECT_EQ(list->items[3], (MessageInfo{id_of(106), kRoom, kMember, "m6", {6}, 6, "k"}));
}

struct PageRow {
    std::string_view name;
    Page<Seq> page;
    std::vector<std::string> contents;

    friend void PrintTo(const PageRow& row, std::ostream* out) { *out << row.name; }
};

class APageOfMessages : public History, public testing::WithParamInterface<PageRow> {};

TEST_P(APageOfMessages, HoldsThatPartOfTheLog) { EXPECT_EQ(page(GetParam().page), GetParam().contents); }

const PageRow kPages[] = {
    {"newest",                            {{}, {}, 2},  {"…", "m5", "m6"}       },
    {"exactly_all",                       {{}, {}, 4},  {"m2", "m4", "m5", "m6"}},
    {"before",                            {5, {}, 1},   {"…", "m4"}             },
    {"before_to_the_start",               {5, {}, 2},   {"m2", "m4"}            },
    {"before_all",                        {2, {}, 2},   {}                      },
    {"before_what_is_not_there_yet",      {100, {}, 1}, {"…", "m6"}             },
    {"after",                             {{}, 2, 2},   {"m4", "m5", "…"}       },
    {"after_to_the_end",                  {{}, 2, 3},   {"m4", "m5", "m6"}      },
    {"after_a_change_that_is_no_message", {{}, 3, 1},   {"m4", "…"}             },
    {"after_all",                         {{}, 6, 2},   {}                      },
    {"from_the_beginning",                {{}, 0, 1},   {"m2", "…"}             },
    {"between",                           {6, 2, 10},   {"m4", "m5"}            },
};

INSTANTIATE_TEST_SUITE_P(Table, APageOfMessages, testing::ValuesIn(kPages), [](const auto& row) {
    return std::string(row.param.name);
});

TEST_F(History, ShowsContentAsItWasSent)
{
    const std::string content = "\"\\\n\t\x01 \u00e9\U0001f600";
    run(kOwner, Send{content, {}});
    EXPECT_THAT(page({{}, 6, 1}), ElementsAre(content));
}

/// Whoever damaged it: an editor of the file, a disk. The others are still read, and the process lives.
TEST_F(History, LeavesADamagedMessageOutOfItsPage)
{
    for (const std::string_view body :
         {"", " ", "garbage", "null", "[]", "{}", R"({"content":5})", R"({"content":"m5)", R"({"content":"\u12"})",
          "{\"content\":\"\xff\"}"}) {
        db_.prepared("UPDATE chat_entry SET body = ? WHERE seq = 5").run(body);
        EXPECT_THAT(page({{}, {}, 10}), ElementsAre("m2", "m4", "m6")) << body;
        EXPECT_THAT(page({{}, 3, 2}), ElementsAre("m4", "…")) << body;
    }
    db_.prepared("UPDATE chat_entry SET _id = ? WHERE seq = 4").run(store::Blob{"short"});
    EXPECT_THAT(page({{}, {}, 10}), ElementsAre("m2", "m6"));
}

TEST_F(History, EndsAPageOfLargeMessagesAtItsBytesAndLosesNone)
{
    const std::string large(16'000, 'x');
    for (int i = 0; i < 300; ++i)
        run(kOwner, Send{large, {}});
    const auto newest = read_messages(db_, kRoom, kMember, {.limit = 1'000}).value();
    EXPECT_TRUE(newest.more);
    EXPECT_EQ(newest.items.size(), kPageBytes / (large.size() + std::string_view(R"({"content":""})").size()));
    EXPECT_EQ(newest.items.back().seq, 306);
    Page<Seq> next{.after = 0, .limit = 1'000};
    std::size_t read = 0;
    for (bool more = true; more;) {
        const auto list = read_messages(db_, kRoom, kMember, next).value();
        read += list.items.size();
        more = list.more;
        next.after = list.items.back().seq;
    }
    EXPECT_EQ(read, 304U);
}

TEST_F(History, ShowsMembersInTheOrderOfJoining)
{
    const auto list = read_members(db_, kRoom, kOwner, {});
    ASSERT_TRUE(list.has_value());
    EXPECT_THAT(
        list->items,
        ElementsAre(MemberInfo{id_of(101), kRoom, kOwner, {1}, 1}, MemberInfo{id_of(103), kRoom, kMember, {3}, 3})
    );
    const auto second = read_members(db_, kRoom, kOwner, {{}, 1, 1});
    ASSERT_EQ(second->items.size(), 1U);
    EXPECT_EQ(second->items[0].user_id, kMember);
}

TEST_F(History, IsForMembersAndSaysFirstWhenThereIsNoRoom)
{
    EXPECT_EQ(read_messages(db_, kRoom, kStranger, {}).error().code, Errc::not_member);
    EXPECT_EQ(read_members(db_, kRoom, kStranger, {}).error().code, Errc::not_member);
    EXPECT_EQ(read_messages(db_, id_of(9), kStranger, {}).error().code, Errc::not_found);
    EXPECT_EQ(read_members(db_, id_of(9), kOwner, {}).error().code, Errc::not_found);
    make_room(2, "coffee");
    EXPECT_EQ(read_messages(db_, id_of(2), kMember, {}).error().code, Errc::not_member) << "a member elsewhere";
}

TEST_F(History, ShowsARoomWithItsHead)
{
    EXPECT_EQ(read_room(db_, kRoom), (RoomInfo{kRoom, "tea", {1}, std::string(kEpoch), 6}));
    EXPECT_FALSE(read_room(db_, id_of(9)).has_value());
}

TEST_F(History, ShowsAllRoomsInTheOrderOfTheirIds)
{
    make_room(3, "three");
    make_room(2, "two");
    const auto names = [this](Page<RoomId> page) {
        std::vector<std::string> found;
        for (const auto& room : read_rooms(db_, page).items)
            found.push_back(room.name);
        return found;
    };
    EXPECT_THAT(names({}), ElementsAre("tea", "two", "three"));
    EXPECT_THAT(names({{}, {}, 2}), ElementsAre("two", "three"));
    EXPECT_THAT(names({id_of(3), {}, 1}), ElementsAre("two"));
    EXPECT_THAT(names({{}, id_of(1), 1}), ElementsAre("two"));
    EXPECT_TRUE(read_rooms(db_, {{}, {}, 2}).more);
    EXPECT_FALSE(read_rooms(db_, {{}, {}, 3}).more);
}

TEST_F(History, KnowsTheRoomsOfAUserWithTheirHeads)
{
    make_room(2, "coffee");
    EXPECT_THAT(read_rooms_of(db_, kOwner), UnorderedElementsAre(RoomHead{kRoom, 6}, RoomHead{id_of(2), 1}));
    EXPECT_THAT(read_rooms_of(db_, kMember), UnorderedElementsAre(RoomHead{kRoom, 6}));
    EXPECT_THAT(read_rooms_of(db_, kStranger), IsEmpty());
}

}  // namespace
}  // namespace wgw::chat
