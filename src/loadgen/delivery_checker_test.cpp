#include "loadgen/delivery_checker.hpp"

#include <gtest/gtest.h>

namespace wgw::loadgen {
namespace {

/// Two rooms of two: clients 0 and 1, 2 and 3; everybody sends. Client 0 has sent 4 messages.
class Deliveries : public testing::Test {
protected:
    Deliveries()
    {
        for (int i = 0; i < 4; ++i)
            checker_.send(0);
    }

    void arrive(std::uint32_t receiver, std::initializer_list<std::uint32_t> numbers)
    {
        for (const auto number : numbers)
            checker_.arrive(receiver, 0, number);
    }

    DeliveryChecker checker_{2, 2, 2};
};

TEST_F(Deliveries, AreGoodWhenEverythingReachesEverybodyInOrder)
{
    arrive(0, {0, 1, 2, 3});
    EXPECT_EQ(checker_.due(), 4U);
    arrive(1, {0, 1, 2, 3});
    EXPECT_EQ(checker_.due(), 0U);
    EXPECT_TRUE(checker_.finish().good());
    EXPECT_EQ(checker_.finish(), (DeliveryCounts{.arrived = 8}));
}

TEST_F(Deliveries, ThatNeverComeAreLostAlsoAtTheEnd)
{
    arrive(0, {0, 1, 2, 3});
    arrive(1, {0, 2});
    EXPECT_EQ(checker_.finish(), (DeliveryCounts{.arrived = 6, .lost = 2}));
    EXPECT_FALSE(checker_.finish().good());
}

TEST_F(Deliveries, ThatComeTwiceAreDuplicates)
{
    arrive(0, {0, 1, 2, 3});
    arrive(1, {0, 0, 1, 2, 3, 2});
    EXPECT_EQ(checker_.finish(), (DeliveryCounts{.arrived = 8, .duplicated = 2}));
}

TEST_F(Deliveries, ThatAreSwappedCountOnce)
{
    arrive(0, {1, 0, 3, 2});
    arrive(1, {0, 1, 2, 3});
    EXPECT_EQ(checker_.finish(), (DeliveryCounts{.arrived = 8, .reordered = 2}));
}

TEST_F(Deliveries, ThatCameLateAndTwiceAreBoth)
{
    arrive(0, {1, 0, 0, 2, 3});
    arrive(1, {0, 1, 2, 3});
    EXPECT_EQ(checker_.finish(), (DeliveryCounts{.arrived = 8, .duplicated = 1, .reordered = 1}));
}

TEST_F(Deliveries, ToAnotherRoomDoNotCountAsArrived)
{
    EXPECT_FALSE(checker_.arrive(2, 0, 0));
    EXPECT_EQ(checker_.counts(), (DeliveryCounts{.wrong_room = 1}));
}

TEST_F(Deliveries, OfWhatNobodySentAreUnknown)
{
    EXPECT_FALSE(checker_.arrive(0, 0, 4));
    EXPECT_FALSE(checker_.arrive(0, 1, 0));
    EXPECT_FALSE(checker_.arrive(0, 4, 0));
    EXPECT_EQ(checker_.counts(), (DeliveryCounts{.unknown = 3}));
}

TEST(ADeliveryChecker, TellsTheSendersOfARoomApart)
{
    DeliveryChecker checker(1, 3, 2);
    checker.send(0);
    checker.send(1);
    for (std::uint32_t receiver = 0; receiver < 3; ++receiver) {
        EXPECT_TRUE(checker.arrive(receiver, 1, 0));
        EXPECT_TRUE(checker.arrive(receiver, 0, 0));
    }
    EXPECT_EQ(checker.finish(), (DeliveryCounts{.arrived = 6}));
}

}  // namespace
}  // namespace wgw::loadgen
