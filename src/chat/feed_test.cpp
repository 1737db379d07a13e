#include "chat/feed.hpp"

#include <gmock/gmock.h>

#include <random>

namespace wgw::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const RoomId kRoom = *Id::parse("aaaaaaaaaaaaaaaaaaaaaaaa");
const RoomId kOther = *Id::parse("bbbbbbbbbbbbbbbbbbbbbbbb");

Entry entry(Seq seq, RoomId room = kRoom)
{
    Entry made;
    made.room_id = room;
    made.seq = seq;
    return made;
}

std::vector<Entry> entries(Seq from, Seq to)
{
    std::vector<Entry> made;
    for (Seq seq = from; seq <= to; ++seq)
        made.push_back(entry(seq));
    return made;
}

std::vector<Seq> told(const Feed::Step& step)
{
    std::vector<Seq> seqs;
    for (const auto& each : step.tell)
        seqs.push_back(each.seq);
    return seqs;
}

class FeedTest : public testing::Test {
protected:
    FeedTest() { feed_.follow(kRoom, 7); }

    Feed feed_;
};

TEST_F(FeedTest, TheNextEntryIsToldAtOnce)
{
    const auto step = feed_.hear(entry(8));
    EXPECT_THAT(told(step), ElementsAre(8));
    EXPECT_FALSE(step.read_behind);
    EXPECT_EQ(feed_.told(kRoom), 8);
}

TEST_F(FeedTest, WhatWasToldIsNotToldAgain)
{
    feed_.hear(entry(8));
    EXPECT_THAT(told(feed_.hear(entry(8))), IsEmpty());
    EXPECT_THAT(told(feed_.hear(entry(3))), IsEmpty());
    EXPECT_FALSE(feed_.hear(entry(3)).read_behind);
}

TEST_F(FeedTest, AHoleIsReadBeforeAnythingLaterIsTold)
{
    const auto step = feed_.hear(entry(10));
    EXPECT_THAT(told(step), IsEmpty());
    EXPECT_EQ(step.read_behind, 7);

    const auto filled = feed_.fill(kRoom, entries(8, 10));
    EXPECT_THAT(told(filled), ElementsAre(8, 9, 10));
    EXPECT_FALSE(filled.read_behind);
}

TEST_F(FeedTest, WhatIsHeardWhileAHoleIsReadIsHeldAndToldBehindIt)
{
    feed_.hear(entry(10));
    EXPECT_THAT(told(feed_.hear(entry(11))), IsEmpty());
    EXPECT_FALSE(feed_.hear(entry(12)).read_behind) << "one read at a time";
    EXPECT_THAT(told(feed_.fill(kRoom, entries(8, 10))), ElementsAre(8, 9, 10, 11, 12));
}

TEST_F(FeedTest, WhatFillsTheHoleByItselfWaitsForTheReadThatIsUnderWay)
{
    feed_.hear(entry(9));
    EXPECT_THAT(told(feed_.hear(entry(8))), IsEmpty());
    EXPECT_THAT(told(feed_.fill(kRoom, entries(8, 9))), ElementsAre(8, 9)) << "and each once";
}

TEST_F(FeedTest, APageThatDoesNotReachWantsTheNext)
{
    feed_.hear(entry(100));
    const auto step = feed_.fill(kRoom, entries(8, 50));
    EXPECT_EQ(told(step).back(), 50);
    EXPECT_EQ(step.read_behind, 50);
}

TEST_F(FeedTest, AHeadThatMovedShowsTheLastEntryThatWasLost)
{
    EXPECT_FALSE(feed_.head(kRoom, 7).read_behind);
    EXPECT_EQ(feed_.head(kRoom, 9).read_behind, 7);
    EXPECT_THAT(told(feed_.fill(kRoom, entries(8, 9))), ElementsAre(8, 9));
}

TEST_F(FeedTest, AReadThatFailedIsWantedAgain)
{
    feed_.hear(entry(9));
    feed_.failed(kRoom);
    EXPECT_EQ(feed_.hear(entry(10)).read_behind, 7);
}

TEST_F(FeedTest, AReadThatFindsNothingIsNotRepeatedForEver)
{
    feed_.hear(entry(9));
    EXPECT_FALSE(feed_.fill(kRoom, {}).read_behind);
    EXPECT_THAT(told(feed_.hear(entry(8))), ElementsAre(8));
    EXPECT_EQ(feed_.head(kRoom, 9).read_behind, 8);
}

TEST_F(FeedTest, AnAnswerWithAHoleIsNotBelieved)
{
    feed_.hear(entry(10));
    const auto step = feed_.fill(kRoom, {entry(9), entry(10)});
    EXPECT_THAT(told(step), IsEmpty());
    EXPECT_FALSE(step.read_behind);
    EXPECT_EQ(feed_.head(kRoom, 10).read_behind, 7);
}

TEST_F(FeedTest, ARoomThatIsNotFollowedIsIgnored)
{
    EXPECT_THAT(told(feed_.hear(entry(1, kOther))), IsEmpty());
    EXPECT_FALSE(feed_.head(kOther, 9).read_behind);
    EXPECT_THAT(told(feed_.fill(kOther, {entry(1, kOther)})), IsEmpty());

    feed_.unfollow(kRoom);
    EXPECT_THAT(told(feed_.hear(entry(8))), IsEmpty());
    EXPECT_FALSE(feed_.told(kRoom));
}

TEST_F(FeedTest, FollowingTwiceChangesNothing)
{
    feed_.hear(entry(8));
    feed_.follow(kRoom, 2);
    EXPECT_EQ(feed_.told(kRoom), 8);
}

TEST(FeedBoundTest, WhatIsHeldIsBoundedAndTheRestIsRead)
{
    Feed feed(4);
    feed.follow(kRoom, 0);
    EXPECT_EQ(feed.hear(entry(2)).read_behind, 0);
    for (Seq seq = 3; seq <= 100; ++seq)
        feed.hear(entry(seq));
    const auto step = feed.fill(kRoom, entries(1, 1));
    EXPECT_THAT(told(step), ElementsAre(1, 2, 3, 4, 5));
    EXPECT_EQ(step.read_behind, 5);
}

// Hints are lost, doubled and swapped, reads fail and come in pages, heads are compared: everything is told once and
// in order.
TEST(FeedPropertyTest, WhateverHappensToHintsEachEntryIsToldOnceAndInOrder)
{
    for (unsigned seed = 0; seed < 300; ++seed) {
        std::mt19937 random(seed);
        const auto one_in = [&](unsigned n) { return random() % n == 0; };
        Feed feed(1 + random() % 6);
        feed.follow(kRoom, 0);
        Seq head = 0;
        Seq last = 0;
        std::optional<Seq> reading;
        std::vector<Seq> late;
        const auto take = [&](const Feed::Step& step) {
            for (const auto& each : step.tell) {
                ASSERT_EQ(each.seq, last + 1) << "seed " << seed;
                last = each.seq;
            }
            if (step.read_behind) {
                ASSERT_FALSE(reading) << "seed " << seed;
                reading = step.read_behind;
            }
        };
        for (int turn = 0; turn < 400; ++turn) {
            if (turn < 300 && !one_in(3))
                late.push_back(++head);
            if (!late.empty() && !one_in(3)) {
                const std::size_t which = random() % late.size();
                const Seq seq = late[which];
                if (!one_in(5))
                    late.erase(late.begin() + static_cast<std::ptrdiff_t>(which));
                if (!one_in(4))
                    take(feed.hear(entry(seq)));
            }
            if (reading && one_in(3)) {
                const Seq behind = *std::exchange(reading, std::nullopt);
                if (one_in(4))
                    feed.failed(kRoom);
                else
                    take(feed.fill(kRoom, entries(behind + 1, std::min<Seq>(head, behind + 1 + random() % 5))));
            }
            if (one_in(10))
                take(feed.head(kRoom, head));
        }
        while (last < head) {
            if (!reading)
                take(feed.head(kRoom, head));
            ASSERT_TRUE(reading) << "seed " << seed;
            const Seq behind = *std::exchange(reading, std::nullopt);
            take(feed.fill(kRoom, entries(behind + 1, head)));
        }
    }
}

}  // namespace
}  // namespace wgw::chat
