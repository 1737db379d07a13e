#include "net/timers.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>

namespace wgw::net {
namespace {

struct Note final : Timer {
    explicit Note(int number, std::vector<int>& called) : number(number), called(called) {}
    void on_timer(Instant) override
    {
        called.push_back(number);
        if (other != nullptr)
            other->cancel();
    }

    int number;
    std::vector<int>& called;
    Timer* other = nullptr;
};

TEST(Timers, AreCalledInOrderAndNotBeforeTheyAreDue)
{
    Timers timers;
    std::vector<int> called;
    Note first(1, called);
    Note second(2, called);
    timers.arm(second, {20});
    timers.arm(first, {10});
    EXPECT_EQ(timers.next(), Instant{10});
    timers.run({9});
    EXPECT_TRUE(called.empty());
    timers.run({10});
    EXPECT_EQ(called, (std::vector{1}));
    EXPECT_FALSE(first.armed());
    timers.run({100});
    EXPECT_EQ(called, (std::vector{1, 2}));
    EXPECT_FALSE(timers.next().has_value());
}

TEST(Timers, CanBeMovedBothWays)
{
    Timers timers;
    std::vector<int> called;
    Note first(1, called);
    Note second(2, called);
    timers.arm(first, {10});
    timers.arm(second, {20});
    timers.arm(first, {30});
    timers.run({25});
    EXPECT_EQ(called, (std::vector{2}));
    timers.arm(first, {26});
    timers.run({26});
    EXPECT_EQ(called, (std::vector{2, 1}));
}

TEST(Timers, ThatAreCancelledByAnotherOneAreNotCalled)
{
    Timers timers;
    std::vector<int> called;
    Note first(1, called);
    Note second(2, called);
    first.other = &second;
    timers.arm(first, {10});
    timers.arm(second, {10});
    timers.run({10});
    EXPECT_EQ(called, (std::vector{1}));
}

struct Stuck final : Timer {
    explicit Stuck(Timers& timers) : timers(timers) {}
    void on_timer(Instant) override
    {
        ++calls;
        timers.arm(*this, {1});
    }

    Timers& timers;
    int calls = 0;
};

TEST(Timers, ThatArmThemselvesForThePastWaitForTheNextMillisecondAndStarveNobody)
{
    Timers timers;
    std::vector<int> called;
    Stuck stuck(timers);
    Note note(1, called);
    timers.arm(stuck, {1});
    timers.arm(note, {5});
    timers.run({10});
    EXPECT_EQ(stuck.calls, 1);
    EXPECT_EQ(called, (std::vector{1}));
    EXPECT_EQ(timers.next(), Instant{11});
    timers.run({10});
    EXPECT_EQ(stuck.calls, 1);
    timers.run({11});
    EXPECT_EQ(stuck.calls, 2);
}

TEST(Timers, StayInOrderUnderRandomArmingAndCancelling)
{
    std::mt19937 random(7);
    Timers timers;
    std::vector<int> called;
    std::vector<std::unique_ptr<Note>> notes;
    for (int i = 0; i < 500; ++i)
        notes.push_back(std::make_unique<Note>(i, called));
    for (int step = 0; step < 5'000; ++step) {
        Note& note = *notes[random() % notes.size()];
        if (random() % 3 == 0)
            note.cancel();
        else
            timers.arm(note, {static_cast<std::int64_t>(random() % 1'000)});
    }
    std::size_t armed = 0;
    for (const auto& note : notes)
        armed += note->armed() ? 1 : 0;
    EXPECT_EQ(timers.size(), armed);
    timers.run({1'000});
    ASSERT_EQ(called.size(), armed);
    for (std::size_t i = 1; i < called.size(); ++i)
        EXPECT_LE(
            notes[static_cast<std::size_t>(called[i - 1])]->due(), notes[static_cast<std::size_t>(called[i])]->due()
        );
}

}  // namespace
}  // namespace wgw::net
