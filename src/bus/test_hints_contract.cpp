#include "bus/test_hints_contract.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace wgw::bus {

using testing::ElementsAre;

namespace {

bool contains(const std::vector<std::string>& all, const std::string& one) { return std::ranges::count(all, one) > 0; }

}  // namespace

HintsContract::HintsContract()
{
    pair_->listener().set_listener(
        {.heard = [this](
                      std::string_view channel, std::string_view payload
                  ) { heard_.push_back(std::string(channel) + " " + std::string(payload)); },
         .following = [this](std::string_view channel) { following_.emplace_back(channel); }}
    );
}

void HintsContract::await_following(const std::string& channel)
{
    pair_->listener().subscribe(channel);
    while (!contains(following_, channel))
        pair_->turn();
}

void HintsContract::await_heard(std::size_t count)
{
    while (heard_.size() < count)
        pair_->turn();
}

TEST_P(HintsContract, WhatIsPublishedBehindFollowingIsHeardInOrder)
{
    await_following("room.1");
    std::vector<std::string> expected;
    for (int each = 0; each < 1'000; ++each) {
        pair_->publisher().publish("room.1", std::to_string(each));
        expected.push_back("room.1 " + std::to_string(each));
    }
    await_heard(1'000);
    EXPECT_EQ(heard_, expected);
}

TEST_P(HintsContract, OnlyWantedChannelsAreHeard)
{
    await_following("room.1");
    await_following("room.2");
    pair_->publisher().publish("room.3", "no");
    pair_->publisher().publish("room.1", "yes");
    pair_->listener().unsubscribe("room.1");
    await_following("room.4");
    pair_->publisher().publish("room.1", "no");
    pair_->publisher().publish("room.2", "yes");
    const auto count = [this] { return std::ranges::count(heard_, "room.2 yes"); };
    while (count() == 0)
        pair_->turn();
    EXPECT_FALSE(contains(heard_, "room.3 no"));
    EXPECT_FALSE(contains(heard_, "room.1 no"));
}

TEST_P(HintsContract, SubscribingAgainSaysFollowingAgain)
{
    await_following("room.1");
    pair_->listener().unsubscribe("room.1");
    following_.clear();
    await_following("room.1");
    EXPECT_THAT(following_, ElementsAre("room.1"));
}

TEST_P(HintsContract, AnyBytesTravel)
{
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte)
        bytes.push_back(static_cast<char>(byte));
    await_following(bytes);
    pair_->publisher().publish(bytes, bytes + bytes);
    await_heard(1);
    EXPECT_THAT(heard_, ElementsAre(bytes + " " + bytes + bytes));
}

TEST_P(HintsContract, AListenerMayCallBack)
{
    pair_->listener().set_listener(
        {.heard = [this](std::string_view channel, std::string_view) { heard_.emplace_back(channel); },
         .following =
             [this](std::string_view channel) {
                 following_.emplace_back(channel);
                 if (channel == "first")
                     pair_->listener().subscribe("second");
                 else
                     pair_->publisher().publish("second", "");
             }}
    );
    pair_->listener().subscribe("first");
    await_heard(1);
    EXPECT_THAT(heard_, ElementsAre("second"));
}

}  // namespace wgw::bus
