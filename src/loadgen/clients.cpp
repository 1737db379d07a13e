#include "loadgen/clients.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace wgw::loadgen {
namespace {

using State = Connection::State;

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr int kEvents = 64;
constexpr std::size_t kEventsBetweenLooks = 8;
constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::string_view kKey = "d2Vnb3doZXJlLWJlbmNoIQ==";  // of the handshake; any 16 bytes

std::string text_of(int error) { return std::error_code(error, std::generic_category()).message(); }

/// As many descriptors as this process may have.
void raise_descriptor_limit()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

std::uint64_t now_ns()
{
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * kSecond + static_cast<std::uint64_t>(time.tv_nsec);
}

Clients::Clients(const Address& address, std::string path, std::uint32_t count, Listener& listener)
    : address_(address), path_(std::move(path)), listener_(listener), epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      connections_(count), buffer_(kReadBytes)
{
    raise_descriptor_limit();
}

Clients::~Clients() { ::close(epoll_); }

void Clients::open_next()
{
    const auto client = opened_++;
    auto& connection = connections_[client];
    if (!connection.open(address_))
        lose(client, text_of(errno));
    epoll_event event{.events = EPOLLIN | EPOLLOUT, .data = {.u32 = client}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.descriptor(), &event);
}

void Clients::send(std::uint32_t client, std::string_view text)
{
    frame_.clear();
    append_client_frame(frame_, Opcode::text, text, 0x5a17c39e + client);
    write(client, frame_);
}

void Clients::poll(std::uint64_t wait_ns, const std::function<void()>& look_up)
{
    std::array<epoll_event, kEvents> events{};
    const timespec timeout{static_cast<time_t>(wait_ns / kSecond), static_cast<long>(wait_ns % kSecond)};
    const int ready = ::epoll_pwait2(epoll_, events.data(), kEvents, &timeout, nullptr);
    for (std::size_t i = 0; ready > 0 && i < static_cast<std::size_t>(ready); ++i) {
        if (i % kEventsBetweenLooks == 0)
            look_up();
        on_event(events[i].data.u32, events[i].events);
    }
    look_up();
}

void Clients::on_event(std::uint32_t client, std::uint32_t events)
{
    auto& connection = connections_[client];
    if (connection.state == State::closed)
        return;
    if (connection.state == State::connecting)
        return begin_upgrade(client);
    if ((events & EPOLLOUT) != 0 && !connection.flush())
        return lose(client, "the connection broke");
    if ((events & EPOLLOUT) != 0 && !connection.wants_to_write())
        watch(client, EPOLLIN);
    if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0)
        read(client);
}

void Clients::begin_upgrade(std::uint32_t client)
{
    auto& connection = connections_[client];
    if (const int error = connection.connect_error(); error != 0)
        return lose(client, text_of(error));
    connection.state = State::upgrading;
    watch(client, EPOLLIN);
    const auto request = fmt::format(
        "GET {}?EIO=4&transport=websocket HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n\r\n",
        path_, address_.host, kKey
    );
    write(client, request);
}

void Clients::on_response(std::uint32_t client, std::string_view response)
{
    if (response.starts_with("HTTP/1.1 101"))
        connections_[client].state = State::opening;
    else
        lose(client, std::string(response.substr(0, response.find('\r'))));
}

void Clients::read(std::uint32_t client)
{
    const auto now = now_ns();
    const auto on_frame = [&](const ServerFrame& frame) {
        if (frame.opcode == Opcode::text)
            on_text(client, frame.payload, now);
        else if (frame.opcode == Opcode::close)
            lose(client, "the server closed the connection");
    };
    const bool good =
        connections_[client].read(buffer_, [&](std::string_view response) { on_response(client, response); }, on_frame);
    if (!good)
        lose(client, "the server ended the connection");
}

void Clients::on_text(std::uint32_t client, std::string_view text, std::uint64_t arrived_ns)
{
    auto& connection = connections_[client];
    if (text == "2")
        return send(client, "3");
    if (connection.state == State::opening && text.starts_with('0')) {
        connection.state = State::joining;
        return send(client, "40" + listener_.auth_of(client));
    }
    if (connection.state == State::joining && text.starts_with("40")) {
        connection.state = State::ready;
        ++ready_;
        return;
    }
    if (text.starts_with("44"))
        return lose(client, "it was refused: " + std::string(text));
    if (text.starts_with("41") || text.starts_with('1'))
        return lose(client, "the server disconnected a client");
    listener_.on_packet(client, text, arrived_ns);
}

void Clients::write(std::uint32_t client, std::string_view bytes)
{
    auto& connection = connections_[client];
    const bool waited = connection.wants_to_write();
    if (!connection.write(bytes))
        return lose(client, "the connection broke");
    if (!waited && connection.wants_to_write())
        watch(client, EPOLLIN | EPOLLOUT);
}

void Clients::watch(std::uint32_t client, std::uint32_t events)
{
    epoll_event event{.events = events, .data = {.u32 = client}};
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connections_[client].descriptor(), &event);
}

void Clients::lose(std::uint32_t client, const std::string& why)
{
    auto& connection = connections_[client];
    if (connection.state == State::closed)
        return;
    if (connection.state != State::ready)
        throw std::runtime_error(fmt::format("Client {} could not connect: {}", client, why));
    connection.close();
    listener_.on_lost(client, why);
}

}  // namespace wgw::loadgen
