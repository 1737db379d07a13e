#pragma once
/// Many Socket.IO clients over WebSocket, on one epoll: connecting, heartbeat, packets in and out. What the packets
/// mean is the listener's business.
///
/// Errors  std::runtime_error with a sentence: a client could not connect. One that is lost later is told to the
/// listener

#include "loadgen/connection.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::loadgen {

/// Nanoseconds of the monotonic clock.
std::uint64_t now_ns();

class Clients {
public:
    class Listener {
    public:
        /// A Socket.IO packet, with the `4` of Engine.IO, that is not of connecting.
        virtual void on_packet(std::uint32_t client, std::string_view text, std::uint64_t arrived_ns) = 0;
        virtual void on_lost(std::uint32_t client, const std::string& why) = 0;

        /// What a client says in CONNECT: JSON.
        virtual std::string auth_of(std::uint32_t client) = 0;

    protected:
        ~Listener() = default;
    };

    /// `listener` outlives this. `path` is that of Socket.IO.
    Clients(const Address& address, std::string path, std::uint32_t count, Listener& listener);
    Clients(const Clients&) = delete;
    Clients& operator=(const Clients&) = delete;
    ~Clients();

    /// Begins to connect the next one.
    void open_next();
    std::uint32_t opened() const { return opened_; }

    /// How many have been accepted by the server so far.
    std::uint32_t ready() const { return ready_; }
    bool is_ready(std::uint32_t client) const { return connections_[client].state == Connection::State::ready; }

    void send(std::uint32_t client, std::string_view text);

    /// Waits for at most `wait_ns` and handles a bounded number of events; calls `look_up` between every few of them.
    void poll(std::uint64_t wait_ns, const std::function<void()>& look_up);

private:
    void on_event(std::uint32_t client, std::uint32_t events);
    void begin_upgrade(std::uint32_t client);
    void on_response(std::uint32_t client, std::string_view response);
    void on_text(std::uint32_t client, std::string_view text, std::uint64_t arrived_ns);
    void read(std::uint32_t client);
    void write(std::uint32_t client, std::string_view bytes);
    void watch(std::uint32_t client, std::uint32_t events);
    void lose(std::uint32_t client, const std::string& why);

    Address address_;
    std::string path_;
    Listener& listener_;
    int epoll_;
    std::vector<Connection> connections_;
    std::uint32_t opened_ = 0;
    std::uint32_t ready_ = 0;
    std::vector<char> buffer_;
    std::string frame_;
};

}  // namespace wgw::loadgen
