#include "net/signals.hpp"
#include "net/test_peer.hpp"

#include <gmock/gmock.h>

#include <csignal>

namespace wgw::net {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

/// As it was before, behind each test: signals are the process's.
struct ASignal : testing::Test {
    ASignal() { ::pthread_sigmask(SIG_SETMASK, nullptr, &mask_); }
    ~ASignal() override { ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr); }

    TestNet net;
    std::vector<int> heard;

private:
    sigset_t mask_{};
};

TEST_F(ASignal, IsHeardOnTheLoopInAnOrdinaryTurn)
{
    const Signals signals(net.loop, [&](int signal) { heard.push_back(signal); });
    std::raise(SIGTERM);
    EXPECT_THAT(heard, ElementsAre());
    net.settle();
    EXPECT_THAT(heard, ElementsAre(SIGTERM));
    std::raise(SIGTERM);
    net.settle();
    EXPECT_THAT(heard, ElementsAre(SIGTERM, SIGTERM));
}

TEST_F(ASignal, OfEachKindIsHeardInOneTurn)
{
    const Signals signals(net.loop, [&](int signal) { heard.push_back(signal); });
    for (const int one : {SIGINT, SIGTERM, SIGHUP, SIGUSR2})
        std::raise(one);
    net.turn();
    EXPECT_THAT(heard, UnorderedElementsAre(SIGINT, SIGTERM, SIGHUP, SIGUSR2));
}

/// `on_signal` is often what stops the loop.
TEST_F(ASignal, WakesALoopThatSleeps)
{
    const Signals signals(net.loop, [&](int signal) {
        heard.push_back(signal);
        net.loop.stop();
    });
    std::raise(SIGINT);
    net.loop.run();
    EXPECT_THAT(heard, ElementsAre(SIGINT));
}

/// A peer that hangs up, a limit on the size of files: errors of the write that meets them.
TEST_F(ASignal, OfAWriteThatFailsEndsNothing)
{
    const Signals signals(net.loop, [&](int signal) { heard.push_back(signal); });
    std::raise(SIGPIPE);
    std::raise(SIGXFSZ);
    net.settle();
    EXPECT_THAT(heard, ElementsAre());
}

/// One that is not blocked interrupts the loop's wait (EINTR), and that must not end it.
TEST_F(ASignal, OfAnotherKindInterruptsNothing)
{
    static volatile std::sig_atomic_t interrupted;
    interrupted = 0;
    struct sigaction now{};
    struct sigaction before{};
    now.sa_handler = [](int) {
        interrupted = 1;
        std::raise(SIGTERM);  // blocked: it waits for the loop
    };
    ::sigaction(SIGALRM, &now, &before);
    const Signals signals(net.loop, [&](int signal) {
        heard.push_back(signal);
        net.loop.stop();
    });
    ::ualarm(20'000, 0);
    net.loop.run();
    ::sigaction(SIGALRM, &before, nullptr);
    EXPECT_EQ(interrupted, 1);
    EXPECT_THAT(heard, ElementsAre(SIGTERM));
}

TEST_F(ASignal, OfABrokenPipeIsIgnored)
{
    const Signals signals(net.loop, [&](int signal) { heard.push_back(signal); });
    std::raise(SIGPIPE);
    net.settle();
    EXPECT_THAT(heard, ElementsAre());
}

}  // namespace
}  // namespace wgw::net
