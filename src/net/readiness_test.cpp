#include "net/listen.hpp"
#include "net/readiness.hpp"

#include <gmock/gmock.h>

#include <arpa/inet.h>
#include <chrono>
#include <functional>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <thread>
#include <vector>

namespace wgw::net {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// One end of a pair of sockets; writes down what it is told.
struct End final : Watcher {
    void on_ready(Interest what) override
    {
        told.push_back(what);
        if (when_ready)
            when_ready();
    }

    Fd fd;
    std::vector<Interest> told;
    std::function<void()> when_ready;
};

struct AReadiness : testing::Test {
    AReadiness()
    {
        connect(one, other_one);
        connect(two, other_two);
    }
    static void connect(End& end, Fd& other)
    {
        int pair[2];
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
        end.fd = Fd(pair[0]);
        other = Fd(pair[1]);
    }
    void watch(End& end, Interest wanted, Interest before = Interest::none)
    {
        readiness.watch(end.fd.get(), end, wanted, before);
    }
    static void say(const Fd& to) { ASSERT_EQ(::write(to.get(), "x", 1), 1); }

    /// Everything that is ready now.
    void tell()
    {
        readiness.wait(0ms);
        while (readiness.tell_one()) {
        }
    }

    Readiness readiness;
    End one;
    End two;
    Fd other_one;
    Fd other_two;
};

TEST_F(AReadiness, TellsWhatCanBeDoneOfWhatIsWanted)
{
    watch(one, Interest::both);
    watch(two, Interest::read);
    tell();
    EXPECT_THAT(one.told, ElementsAre(Interest::write));
    EXPECT_THAT(two.told, IsEmpty());
    say(other_one);
    say(other_two);
    tell();
    EXPECT_THAT(one.told, ElementsAre(Interest::write, Interest::both));
    EXPECT_THAT(two.told, ElementsAre(Interest::read));
}

TEST_F(AReadiness, TellsAgainWhatIsStillSo)
{
    watch(one, Interest::read);
    say(other_one);
    tell();
    tell();
    EXPECT_EQ(one.told.size(), 2U);
}

TEST_F(AReadiness, TellsBothOfWhatHasFailed)
{
    watch(one, Interest::read);
    other_one.close();
    tell();
    EXPECT_THAT(one.told, ElementsAre(Interest::both));
}

TEST_F(AReadiness, TellsNothingOfWhatIsNotWanted)
{
    watch(one, Interest::read);
    watch(one, Interest::none, Interest::read);
    other_one.close();
    tell();
    EXPECT_THAT(one.told, IsEmpty());
    EXPECT_FALSE(readiness.wait(0ms));
}

TEST_F(AReadiness, TellsWhoeverCameLastOfADescriptor)
{
    End heir;
    watch(one, Interest::read);
    readiness.watch(one.fd.get(), heir, Interest::read, Interest::read);
    say(other_one);
    tell();
    EXPECT_THAT(one.told, IsEmpty());
    EXPECT_THAT(heir.told, ElementsAre(Interest::read));
}

TEST_F(AReadiness, ForgetsWhoHasGoneBetweenTwoThatAreTold)
{
    for (auto* end : {&one, &two}) {
        watch(*end, Interest::read);
        end->when_ready = [this, end] {
            auto& other = end == &one ? two : one;
            other.fd.close();
            readiness.forget(other);
        };
    }
    say(other_one);
    say(other_two);
    tell();
    EXPECT_EQ(one.told.size() + two.told.size(), 1U);
}

TEST_F(AReadiness, IsWokenByAnotherThread)
{
    std::thread other([this] { readiness.wake(); });
    EXPECT_TRUE(readiness.wait({}));  // would not return
    other.join();
    while (readiness.tell_one()) {
    }
    EXPECT_FALSE(readiness.wait(0ms)) << "one wake() ends one wait()";
}

TEST(AListener, HandsItsSettingsToWhatItAccepts)
{
    const auto listening = listen_on("127.0.0.1", 0, "");
    ASSERT_EQ(listening.size(), 1U);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_of(listening.front()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const Fd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const Fd accepted(::accept4(listening.front().get(), nullptr, nullptr, SOCK_CLOEXEC));
    ASSERT_TRUE(accepted);
    int no_delay = 0;
    socklen_t size = sizeof no_delay;
    ::getsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
    EXPECT_NE(no_delay, 0);
}

}  // namespace
}  // namespace wgw::net
