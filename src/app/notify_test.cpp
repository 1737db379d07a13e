#include "app/notify.hpp"
#include "net/test_peer.hpp"
#include "store/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sys/un.h>

namespace wgw::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

/// A service manager that listens.
class Manager {
public:
    explicit Manager(const std::string& name) : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name.copy(address.sun_path, name.size());
        if (name.front() == '@')
            address.sun_path[0] = '\0';
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    }

    std::vector<std::string> heard() const
    {
        std::vector<std::string> all;
        char text[512];
        for (ssize_t size = 0; (size = ::recv(fd_.get(), text, sizeof text, 0)) > 0;)
            all.emplace_back(text, static_cast<std::size_t>(size));
        return all;
    }

private:
    net::Fd fd_;
};

struct AServiceManager : testing::Test {
    store::TemporaryFolder folder;
    std::string socket = folder.path() + "/notify";
    net::TestNet net;
};

TEST_F(AServiceManager, IsToldHowTheServerIs)
{
    const Manager manager(socket);
    Notify notify(net.loop, {socket});
    notify.ready();
    EXPECT_THAT(manager.heard(), ElementsAre("READY=1\nSTATUS=Serving."));
    notify.reloading();
    EXPECT_THAT(manager.heard(), ElementsAre(StartsWith("RELOADING=1\nMONOTONIC_USEC=")));
    notify.stopping();
    EXPECT_THAT(manager.heard(), ElementsAre(StartsWith("STOPPING=1\n")));
}

TEST_F(AServiceManager, IsReachedByAnAbstractNameToo)
{
    const std::string name = "@wegowhere-test-" + std::to_string(::getpid());
    const Manager manager(name);
    Notify(net.loop, {name}).stopping();
    EXPECT_THAT(manager.heard(), ElementsAre(StartsWith("STOPPING=1")));
}

TEST_F(AServiceManager, HearsASignOfLifeTwiceInItsTimeWhileTheLoopTurns)
{
    const Manager manager(socket);
    Notify notify(net.loop, {socket, 30s});
    net.turn();
    EXPECT_THAT(manager.heard(), IsEmpty());
    notify.ready();
    EXPECT_THAT(manager.heard(), ElementsAre(StartsWith("READY=1"), "WATCHDOG=1"));
    net.clock.advance(14s);
    net.turn();
    EXPECT_THAT(manager.heard(), IsEmpty());
    net.clock.advance(1s);
    net.turn();
    EXPECT_THAT(manager.heard(), ElementsAre("WATCHDOG=1"));
    notify.ready();  // after a reload: still one timer
    EXPECT_EQ(net.loop.timers().size(), 1U);
}

TEST_F(AServiceManager, ThatIsNotThereIsNotMissed)
{
    for (const auto& where : {std::string(), socket, std::string(200, 'x')}) {
        Notify notify(net.loop, {where, 30s});
        notify.ready();
        notify.stopping();
    }
}

TEST_F(AServiceManager, SaysInTheEnvironmentWhatItWants)
{
    ::setenv("NOTIFY_SOCKET", "/run/notify", 1);
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    EXPECT_EQ(NotifyOptions::from_environment().socket, "/run/notify");
    EXPECT_EQ(NotifyOptions::from_environment().watchdog, Duration(30s));
    ::setenv("WATCHDOG_PID", "1", 1);
    EXPECT_EQ(NotifyOptions::from_environment().watchdog, Duration(0)) << "it is for another process";
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
    EXPECT_EQ(NotifyOptions::from_environment().watchdog, Duration(30s));
    ::setenv("WATCHDOG_USEC", "soon", 1);
    EXPECT_EQ(NotifyOptions::from_environment().watchdog, Duration(0));
    for (const auto* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
        ::unsetenv(name);
    EXPECT_EQ(NotifyOptions::from_environment().socket, "");
}

}  // namespace
}  // namespace wgw::app
