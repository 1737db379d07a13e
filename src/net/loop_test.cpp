#include "net/loop.hpp"
#include "net/test_peer.hpp"

#include <gmock/gmock.h>

#include <sys/eventfd.h>
#include <thread>

namespace wgw::net {
namespace {

using testing::ElementsAre;

/// Says when it is flushed, and does something then.
struct Note final : Flushable {
    Note(std::string name, std::vector<std::string>& said) : name(std::move(name)), said(said) {}
    void flush() override
    {
        said.push_back(name);
        if (on_flush)
            on_flush();
    }

    std::string name;
    std::vector<std::string>& said;
    std::function<void()> on_flush;
};

struct TheLoop : testing::Test {
    TestNet net;
    Loop& loop = net.loop;
    std::vector<std::string> said;
};

TEST_F(TheLoop, RunsWhatOtherThreadsPostInTheirOrder)
{
    std::vector<int> seen;
    std::thread other([&] {
        for (int i = 0; i < 10'000; ++i)
            loop.post([&seen, i] { seen.push_back(i); });
        loop.stop();
    });
    loop.run();
    other.join();
    ASSERT_EQ(seen.size(), 10'000u);
    EXPECT_TRUE(std::ranges::is_sorted(seen));
}

TEST_F(TheLoop, IsWokenByAPost)
{
    SystemClock clock;
    Loop sleeping(clock);
    std::thread other([&] { sleeping.post([&] { sleeping.stop(); }); });
    sleeping.run();  // would not return
    other.join();
}

TEST_F(TheLoop, RunsWhatWasPostedBeforeItWasStopped)
{
    loop.post([&] { said.emplace_back("before"); });
    loop.stop();
    loop.run();
    EXPECT_THAT(said, ElementsAre("before"));
}

TEST_F(TheLoop, RunsAfterItsEndOnlyWhatIsAskedFor)
{
    loop.stop();
    loop.run();
    loop.post([&] { said.emplace_back("late"); });
    EXPECT_TRUE(said.empty());
    loop.run_posted();
    EXPECT_THAT(said, ElementsAre("late"));
}

TEST_F(TheLoop, DestroysWhatWasNeverRun)
{
    const auto held = std::make_shared<int>(1);
    {
        SystemClock clock;
        Loop never(clock);
        never.post([held] {});
    }
    EXPECT_EQ(held.use_count(), 1);
}

TEST_F(TheLoop, FlushesOnceWhatWasTouchedOftenInATurn)
{
    Note a("a", said);
    Note b("b", said);
    loop.post([&] {
        loop.touch(b);
        loop.touch(a);
        loop.touch(b);
    });
    net.turn();
    EXPECT_THAT(said, ElementsAre("b", "a"));
    net.turn();
    EXPECT_THAT(said, ElementsAre("b", "a"));
}

TEST_F(TheLoop, FlushesInTheSameTurnWhatAFlushTouches)
{
    Note a("a", said);
    Note b("b", said);
    a.on_flush = [&] { loop.touch(b); };
    loop.touch(a);
    net.turn();
    EXPECT_THAT(said, ElementsAre("a", "b"));
}

TEST_F(TheLoop, DoesNotFlushWhatWasForgotten)
{
    Note a("a", said);
    auto b = std::make_unique<Note>("b", said);
    auto c = std::make_unique<Note>("c", said);
    a.on_flush = [&] {  // while c waits in the same round
        loop.forget(*c);
        c.reset();
    };
    for (Note* note : {&a, b.get(), c.get()})
        loop.touch(*note);
    loop.forget(*b);
    b.reset();
    net.turn();
    EXPECT_THAT(said, ElementsAre("a"));
}

/// It waits in the round that is under way, or was flushed in it, and is in the next one.
TEST_F(TheLoop, DoesNotFlushWhatWasForgottenInTwoRounds)
{
    Note a("a", said);
    Note b("b", said);
    a.on_flush = [&] {
        loop.touch(a);
        loop.touch(b);
        loop.forget(b);
        loop.forget(a);
    };
    loop.touch(a);
    loop.touch(b);
    net.turn();
    EXPECT_THAT(said, ElementsAre("a"));
    a.on_flush = nullptr;
    for (Note* note : {&b, &a})
        loop.touch(*note);
    net.turn();
    EXPECT_THAT(said, ElementsAre("a", "b", "a"));
}

TEST_F(TheLoop, CallsItsHooksAheadOfTheFlush)
{
    Note a("flush", said);
    loop.at_end_of_turn([&] { said.emplace_back("hook"); });
    net.turn();
    EXPECT_THAT(said, ElementsAre("hook"));
    said.clear();
    loop.touch(a);
    net.turn();
    EXPECT_THAT(std::vector(said.begin(), said.begin() + 2), ElementsAre("hook", "flush"));
}

/// Otherwise it would wait in its queue until something else wakes the loop.
TEST_F(TheLoop, HandsOverInTheSameTurnWhatAFlushAsksOfOtherThreads)
{
    int asked = 0;
    int handed_over = 0;
    Note a("a", said);
    a.on_flush = [&] { ++asked; };
    loop.at_end_of_turn([&] { handed_over = asked; });
    loop.touch(a);
    net.turn();
    EXPECT_EQ(handed_over, 1);
}

TEST_F(TheLoop, FlushesWhatAHookTouches)
{
    Note a("a", said);
    bool first = true;
    loop.at_end_of_turn([&] {
        if (std::exchange(first, false))
            loop.touch(a);
    });
    net.turn();
    EXPECT_THAT(said, ElementsAre("a"));
}

struct Wake final : Timer {
    explicit Wake(std::function<void()> what) : what(std::move(what)) {}
    ~Wake() override = default;
    void on_timer(Instant) override { what(); }

    std::function<void()> what;
};

/// Somebody who always has more must not keep timers and the flush from coming.
TEST_F(TheLoop, EndsATurnAlthoughThereIsAlwaysMoreToDo)
{
    /// A descriptor that can always be written.
    struct Endless final : Watcher {
        void on_ready(Interest) override { ++handled; }
        std::size_t handled = 0;
    } endless;
    const Fd always(::eventfd(0, EFD_CLOEXEC));
    loop.readiness().watch(always.get(), endless, Interest::write, Interest::none);
    Note a("flush", said);
    Wake timer([&] { said.emplace_back("timer"); });
    loop.timers().arm(timer, loop.now());
    loop.touch(a);
    net.clock.tick = Duration(1);
    net.turn();
    EXPECT_THAT(said, ElementsAre("timer", "flush"));
    EXPECT_GT(endless.handled, 8u);
    EXPECT_LE(endless.handled, 8u * 21);  // 20 ms, and the clock is read every 8 events
}

TEST_F(TheLoop, EndsATurnAlthoughAPostPostsAgainForEver)
{
    std::size_t ran = 0;
    std::function<void()> again = [&] {
        ++ran;
        loop.post(again);
    };
    loop.post(again);
    net.clock.tick = Duration(1);
    net.turn();
    EXPECT_LE(ran, 8u * 21);
}

/// Else whoever comes after a long silence is given deadlines that are over already.
TEST_F(TheLoop, KnowsTheTimeInTheFirstEventAfterASleep)
{
    Instant seen;
    loop.post([&] { seen = loop.now(); });
    net.clock.advance(Duration(20'000));
    loop.turn();
    EXPECT_EQ(seen, net.clock.monotonic());
}

TEST_F(TheLoop, SleepsUntilATimerIsDue)
{
    SystemClock clock;
    Loop sleeping(clock);
    const Instant start = clock.monotonic();
    Wake timer([&] { sleeping.stop(); });
    Wake later([&] { FAIL(); });
    sleeping.timers().arm(later, start + Duration(60'000));
    sleeping.timers().arm(timer, start + Duration(30));
    sleeping.run();
    EXPECT_GE(clock.monotonic() - start, Duration(30));
    EXPECT_LT(clock.monotonic() - start, Duration(10'000));
    later.cancel();
}

}  // namespace
}  // namespace wgw::net
