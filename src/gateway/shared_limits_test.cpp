#include "gateway/shared_limits.hpp"

#include <gmock/gmock.h>

namespace wgw::gateway {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

using Taken = LimitNews::Taken;
using Connected = LimitNews::Connected;

const RateKey kGrace = RateKey::of(1);
const RateKey kAlan = RateKey::of(2);

class SharingLimits : public testing::Test {
protected:
    SharingLimits() { here_.collect(now_); }  // what is told each kAgain has been

    std::vector<LimitNews> collect(Duration later = SharedLimits::kWindow)
    {
        now_ = now_ + later;
        return here_.collect(now_);
    }
    void tell_there()
    {
        for (const auto& news : here_.collect(now_))
            for (const auto& connected : news.connected)
                there_.hear_connected(news.gateway, connected, now_);
    }
    std::int64_t elsewhere(const RateKey& key) const { return there_.elsewhere(WhoIs::user, key, now_); }

    Instant now_{1'000};
    SharedLimits here_{1};
    SharedLimits there_{2};
};

TEST_F(SharingLimits, TellsWhatWasTakenOnceInAWindow)
{
    here_.took(RateOf::send, kGrace, 1);
    here_.took(RateOf::send, kGrace, 1);
    here_.took(RateOf::send_room, kGrace, 1);
    here_.took(RateOf::join, kAlan, 1);
    here_.took(RateOf::join, kAlan, -1);
    EXPECT_THAT(collect(SharedLimits::kWindow - 1ms), IsEmpty());
    const auto told = collect(1ms);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].gateway, 1U);
    EXPECT_THAT(told[0].taken, ElementsAre(Taken{RateOf::send, kGrace, 2}, Taken{RateOf::send_room, kGrace, 1}));
    EXPECT_THAT(collect(), IsEmpty());
}

TEST_F(SharingLimits, TellsNoMoreThanFitsIntoAHint)
{
    for (std::uint64_t key = 0; key < 2 * SharedLimits::kMost; ++key) {
        here_.took(RateOf::send, RateKey::of(key), 1);
        here_.tried({});
        here_.is_there(WhoIs::user, RateKey::of(key), 1);
    }
    const auto told = collect();
    ASSERT_THAT(told, SizeIs(3));
    EXPECT_EQ(told[0].taken.size(), SharedLimits::kMost);
    EXPECT_EQ(told[0].sign_ins.size(), SharedLimits::kMost);
    for (const auto& news : {told[1], told[2]})
        EXPECT_EQ(news.connected.size(), SharedLimits::kMost) << "who is connected is told in parts";
}

TEST_F(SharingLimits, KnowsHisOwnNews)
{
    EXPECT_FALSE(here_.is_from_other({.gateway = 1}));
    EXPECT_TRUE(here_.is_from_other({.gateway = 2}));
}

TEST_F(SharingLimits, TellsWhoIsConnectedWhenItChangesAndAgainLater)
{
    here_.is_there(WhoIs::user, kGrace, 1);
    here_.is_there(WhoIs::user, kGrace, 2);
    here_.is_there(WhoIs::address, kGrace, 5);
    auto told = collect();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_THAT(
        told[0].connected, ElementsAre(Connected{WhoIs::user, kGrace, 2}, Connected{WhoIs::address, kGrace, 5})
    );
    here_.is_there(WhoIs::user, kGrace, 2);
    EXPECT_THAT(collect(), IsEmpty()) << "nothing is new";
    here_.is_there(WhoIs::user, kGrace, 0);
    here_.is_there(WhoIs::user, kAlan, 1);
    told = collect(SharedLimits::kAgain);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_THAT(
        told[0].connected,
        UnorderedElementsAre(
            Connected{WhoIs::user, kGrace, 0}, Connected{WhoIs::user, kAlan, 1}, Connected{WhoIs::address, kGrace, 5}
        )
    );
    told = collect(SharedLimits::kAgain);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_THAT(told[0].connected, SizeIs(2)) << "who is gone is told once";
}

TEST_F(SharingLimits, CountsWhoIsConnectedElsewhere)
{
    here_.is_there(WhoIs::user, kGrace, 3);
    now_ = now_ + SharedLimits::kWindow;
    tell_there();
    there_.hear_connected(7, {WhoIs::user, kGrace, 2}, now_);
    there_.hear_connected(7, {WhoIs::address, kGrace, 9}, now_);
    EXPECT_EQ(elsewhere(kGrace), 5);
    EXPECT_EQ(elsewhere(kAlan), 0);
    there_.hear_connected(7, {WhoIs::user, kGrace, 1}, now_);
    EXPECT_EQ(elsewhere(kGrace), 4);
    there_.hear_connected(1, {WhoIs::user, kGrace, 0}, now_);
    EXPECT_EQ(elsewhere(kGrace), 1);
}

TEST_F(SharingLimits, ForgetsAGatewayThatIsSilent)
{
    here_.is_there(WhoIs::user, kGrace, 3);
    there_.hear_connected(7, {WhoIs::user, kGrace, 2}, now_);
    for (Duration span(0); span < SharedLimits::kForget; span += SharedLimits::kWindow) {
        now_ = now_ + SharedLimits::kWindow;
        tell_there();
    }
    EXPECT_EQ(elsewhere(kGrace), 3) << "gateway 7 has died; this one has said it again";
    there_.collect(now_);
    EXPECT_EQ(elsewhere(kGrace), 3);
}

TEST_F(SharingLimits, NotesNoMoreGatewaysThanItsBound)
{
    for (std::uint64_t gateway = 10; gateway < 1'000; ++gateway)
        there_.hear_connected(gateway, {WhoIs::user, kGrace, 1}, now_);
    EXPECT_EQ(elsewhere(kGrace), 64);
}

}  // namespace
}  // namespace wgw::gateway
