#include "bus/test_relay.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace wgw::bus {
namespace {

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

void no_delay(int fd)
{
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

TestRelay::TestRelay(const AmqpAddress& target)
    : target_(target), address_(target), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
{
    auto own = loopback(0);
    socklen_t size = sizeof own;
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&own), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&own), &size) != 0)
        throw std::runtime_error("the relay cannot listen");
    address_.host = "127.0.0.1";
    address_.port = ntohs(own.sin_port);
    thread_ = std::thread([this] { work(); });
}

TestRelay::~TestRelay()
{
    stopping_ = true;
    thread_.join();
    for (const auto& pair : pairs_) {
        ::close(pair.client);
        ::close(pair.server);
    }
    ::close(listener_);
}

void TestRelay::work()
{
    while (!stopping_) {
        const Mode mode = mode_;
        if (mode == Mode::freeze) {
            ::poll(nullptr, 0, 5);
            continue;
        }
        std::vector<pollfd> polled{
            {listener_, POLLIN, 0}
        };
        for (const auto& pair : pairs_) {
            polled.push_back({pair.client, static_cast<short>(POLLIN | (pair.down.empty() ? 0 : POLLOUT)), 0});
            polled.push_back({pair.server, static_cast<short>(POLLIN | (pair.up.empty() ? 0 : POLLOUT)), 0});
        }
        ::poll(polled.data(), polled.size(), 5);
        if (polled[0].revents != 0)
            accept_one();
        std::erase_if(pairs_, [mode](Pair& pair) {
            if (mode == Mode::pass && move(pair.client, pair.server, pair.up) &&
                move(pair.server, pair.client, pair.down))
                return false;
            ::close(pair.client);
            ::close(pair.server);
            return true;
        });
    }
}

void TestRelay::accept_one()
{
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0)
        return;
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback(target_.port);
    if (mode_ != Mode::pass || ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(client);
        ::close(server);
        return;
    }
    no_delay(client);
    no_delay(server);
    pairs_.push_back({client, server});
}

/// False: one of them has ended.
bool TestRelay::move(int from, int to, std::string& held)
{
    static std::array<char, 65'536> buffer;
    if (held.size() < buffer.size()) {
        const auto got = ::recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN))
            return false;
        if (got > 0)
            held.append(buffer.data(), static_cast<std::size_t>(got));
    }
    if (held.empty())
        return true;
    const auto sent = ::send(to, held.data(), held.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN)
        return false;
    if (sent > 0)
        held.erase(0, static_cast<std::size_t>(sent));
    return true;
}

}  // namespace wgw::bus
