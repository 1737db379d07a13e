#include "bus/test_fake_redis.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace wgw::bus {
namespace {

/// `+OK` for each command: commands are counted by their `*` lines, which is right for words without a line break.
std::string answer_to(std::string_view bytes)
{
    std::string answer;
    for (std::size_t at = 0; at < bytes.size(); ++at)
        if (bytes[at] == '*' && (at == 0 || bytes[at - 1] == '\n'))
            answer += "+OK\r\n";
    return answer;
}

}  // namespace

FakeRedis::FakeRedis()
{
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no port for a test");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { work(); });
}

FakeRedis::~FakeRedis()
{
    stopping_ = true;
    thread_.join();
    ::close(listener_);
}

void FakeRedis::cut()
{
    cutting_ = true;
    while (cutting_)
        std::this_thread::yield();
}

void FakeRedis::work()
{
    std::vector<int> peers;
    while (!stopping_) {
        std::vector<pollfd> events{
            {.fd = listener_, .events = POLLIN, .revents = 0}
        };
        for (const int peer : peers)
            events.push_back({.fd = peer, .events = POLLIN, .revents = 0});
        ::poll(events.data(), events.size(), 5);
        if (cutting_) {
            for (const int peer : peers)
                ::close(peer);
            peers.clear();
            cutting_ = false;
            continue;
        }
        if (events[0].revents != 0) {
            peers.push_back(::accept(listener_, nullptr, nullptr));
            ++accepted_;
        }
        for (const auto& event : events) {
            if (event.fd == listener_ || event.revents == 0)
                continue;
            std::array<char, 65'536> buffer{};
            const auto got = mood_ == Mood::hangs_up ? 0 : ::recv(event.fd, buffer.data(), buffer.size(), 0);
            if (got <= 0) {
                ::close(event.fd);
                std::erase(peers, event.fd);
                continue;
            }
            std::string answer;
            if (mood_ == Mood::answers)
                answer = answer_to({buffer.data(), static_cast<std::size_t>(got)});
            else if (mood_ == Mood::talks_rubbish)
                answer = "HTTP/1.1 400 Bad Request\r\n\r\n";
            if (!answer.empty())
                ::send(event.fd, answer.data(), answer.size(), MSG_NOSIGNAL);
        }
    }
    for (const int peer : peers)
        ::close(peer);
}

}  // namespace wgw::bus
