#pragma once
/// For cluster tests: a network between the program and a server that loses what the test wants lost.
///
///     TestProxy proxy("127.0.0.1", 27017);
///     proxy.lose_reply_to("insert");       the next request that has this word is done, and its answer never arrives
///     proxy.freeze();                      nothing passes any more, and no connection is closed
///
/// Thread  any; the connections have threads of their own

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace wgw::store {

class TestProxy {
public:
    TestProxy(const std::string& host, std::uint16_t port) : server_(address(host, port))
    {
        listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        auto own = address("127.0.0.1", 0);
        socklen_t size = sizeof own;
        if (::bind(listening_, reinterpret_cast<sockaddr*>(&own), size) != 0 || ::listen(listening_, 64) != 0 ||
            ::getsockname(listening_, reinterpret_cast<sockaddr*>(&own), &size) != 0)
            throw std::runtime_error("The proxy of a test cannot listen.");
        port_ = ntohs(own.sin_port);
        acceptor_ = std::thread([this] { accept_all(); });
    }
    TestProxy(const TestProxy&) = delete;
    TestProxy& operator=(const TestProxy&) = delete;
    ~TestProxy()
    {
        ending_ = true;
        acceptor_.join();
        for (auto& connection : connections_)
            connection.join();
        ::close(listening_);
    }

    std::uint16_t port() const { return port_; }

    /// Of the next request that has `word`: the server does it, and the connection ends instead of its answer.
    void lose_reply_to(std::string word) { lose(std::move(word), true); }
    /// The connection ends before the server has seen it.
    void lose_request(std::string word) { lose(std::move(word), false); }
    void freeze() { frozen_ = true; }
    void thaw() { frozen_ = false; }

    /// How many requests and replies were lost.
    int lost() const { return lost_; }

private:
    static constexpr int kTick = 20;  // ms

    static sockaddr_in address(const std::string& host, std::uint16_t port)
    {
        sockaddr_in result{};
        result.sin_family = AF_INET;
        result.sin_port = htons(port);
        ::inet_pton(AF_INET, host.c_str(), &result.sin_addr);
        return result;
    }

    void lose(std::string word, bool reply)
    {
        const std::scoped_lock lock(mutex_);
        word_ = std::move(word);
        lose_reply_ = reply;
    }

    static bool is_readable(int fd, int timeout_ms)
    {
        pollfd wanted{fd, POLLIN, 0};
        return ::poll(&wanted, 1, timeout_ms) > 0;
    }

    void accept_all()
    {
        while (!ending_) {
            if (!is_readable(listening_, kTick))
                continue;
            const int client = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
            connections_.emplace_back([this, client] { carry(client); });
        }
    }

    void carry(int client)
    {
        const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool is_open = ::connect(server, reinterpret_cast<const sockaddr*>(&server_), sizeof server_) == 0;
        bool loses_reply = false;
        std::string bytes;
        while (is_open && !ending_) {
            std::array<pollfd, 2> ends{
                {{client, POLLIN, 0}, {server, POLLIN, 0}}
            };
            if (frozen_ || ::poll(ends.data(), ends.size(), kTick) <= 0) {
                if (frozen_)
                    std::this_thread::sleep_for(std::chrono::milliseconds(kTick));
                continue;
            }
            if (ends[0].revents != 0) {
                is_open = read_some(client, bytes);
                const auto lost = is_open ? is_lost(bytes) : Lost::no;
                loses_reply = loses_reply || lost == Lost::reply;
                is_open = is_open && lost != Lost::request && write_all(server, bytes);
            }
            if (is_open && ends[1].revents != 0) {
                is_open = read_some(server, bytes) && !loses_reply && write_all(client, bytes);
            }
        }
        ::close(client);
        ::close(server);
    }

    enum class Lost { no, request, reply };
    Lost is_lost(std::string_view bytes)
    {
        const std::scoped_lock lock(mutex_);
        if (word_.empty() || !bytes.contains(word_))
            return Lost::no;
        word_.clear();
        ++lost_;
        return lose_reply_ ? Lost::reply : Lost::request;
    }

    static bool read_some(int fd, std::string& bytes)
    {
        bytes.resize(1 << 16);
        const auto got = ::recv(fd, bytes.data(), bytes.size(), 0);
        bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return got > 0;
    }

    static bool write_all(int fd, std::string_view bytes)
    {
        while (!bytes.empty()) {
            const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    sockaddr_in server_;
    int listening_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> ending_ = false;
    std::atomic<bool> frozen_ = false;
    std::atomic<int> lost_ = 0;
    std::mutex mutex_;
    std::string word_;  // guarded by mutex_
    bool lose_reply_ = false;
    std::vector<std::thread> connections_;  // of the acceptor's thread, until it has ended
    std::thread acceptor_;
};

}  // namespace wgw::store
