#include "bench/relay.hpp"

#include "codec/frame.hpp"
#include "codec/http_request.hpp"
#include "codec/json_text.hpp"
#include "codec/ws_handshake.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace wgw::bench {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr int kEvents = 1024;
constexpr std::string_view kSend = R"(42["send",)";
constexpr std::string_view kOpen =
    R"(0{"sid":"floor","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})";

bool is_every(std::uint64_t number, std::uint64_t distance) { return distance != 0 && number % distance == 0; }

}  // namespace

struct Relay::Peer {
    int descriptor = -1;
    HttpParser http;
    bool upgraded = false;
    bool watched = false;  ///< For being writable.
    bool touched = false;
    WsDecoder decoder;
    Room* room = nullptr;
    std::string out;   ///< What the kernel has not taken, or the turn has gathered.
    std::string held;  ///< A delivery that waits to be swapped with the next.
};

Relay::Relay(Flush flush, Faults faults)
    : flush_(flush), faults_(faults),
      faulty_(faults.drop + faults.twice + faults.swap + faults.stray + faults.stall_at + faults.cut_at > 0),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(kReadBytes)
{
}

Relay::~Relay()
{
    for (const auto& [descriptor, peer] : peers_)
        ::close(descriptor);
    ::close(listener_);
    ::close(epoll_);
}

std::uint16_t Relay::listen(std::uint16_t port)
{
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 4096) != 0)
        throw std::runtime_error("The port cannot be listened on.");
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event);
    return ntohs(address.sin_port);
}

void Relay::turn(int wait_ms)
{
    std::array<epoll_event, kEvents> events{};
    const int ready = ::epoll_wait(epoll_, events.data(), kEvents, wait_ms);
    for (int i = 0; i < ready; ++i) {
        auto* peer = static_cast<Peer*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (peer == nullptr) {
            accept();
            continue;
        }
        if ((events[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0)
            write(*peer);
        if ((events[static_cast<std::size_t>(i)].events & ~static_cast<unsigned>(EPOLLOUT)) != 0)
            read(*peer);
    }
    for (auto* peer : touched_) {
        peer->touched = false;
        write(*peer);
    }
    touched_.clear();
    for (auto* peer : closed_) {
        const int descriptor = peer->descriptor;
        peers_.erase(descriptor);
        ::close(descriptor);
    }
    closed_.clear();
}

void Relay::accept()
{
    while (true) {
        const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0)
            return;
        const int on = 1;
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        auto& peer = peers_[descriptor];
        peer = std::make_unique<Peer>();
        peer->descriptor = descriptor;
        epoll_event event{.events = EPOLLIN, .data = {.ptr = peer.get()}};
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
    }
}

void Relay::read(Peer& peer)
{
    const auto got = ::recv(peer.descriptor, buffer_.data(), buffer_.size(), 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0)
        return close(peer);
    std::span<char> bytes(buffer_.data(), static_cast<std::size_t>(got));
    while (!peer.upgraded && !bytes.empty()) {
        bytes = bytes.subspan(peer.http.feed({bytes.data(), bytes.size()}));
        if (peer.http.state() == HttpParser::State::head)
            peer.http.body_limit(0);
        if (peer.http.state() == HttpParser::State::failed)
            return close(peer);
        if (peer.http.state() != HttpParser::State::complete)
            continue;
        const auto request = peer.http.take();
        if (!is_ws_upgrade(request))
            return close(peer);
        peer.upgraded = true;
        put(peer, ws_accept(request));
        put(peer, Frame::text(kOpen).wire());
    }
    while (peer.upgraded) {
        const auto event = peer.decoder.next(bytes);
        if (!event)
            return;
        if (event->type == WsEvent::Type::text)
            on_text(peer, event->payload);
        else if (event->type == WsEvent::Type::close || event->type == WsEvent::Type::error)
            return close(peer);
    }
}

void Relay::on_text(Peer& peer, std::string_view text)
{
    if (text.starts_with(kSend) && peer.room != nullptr) {
        const auto frame = Frame::text(R"(42["recv",)", text.substr(kSend.size()));
        for (auto* member : *peer.room)
            deliver(*member, frame.wire());
    } else if (text.starts_with("40")) {
        join(peer, text.substr(2));
    }
}

void Relay::join(Peer& peer, std::string_view auth)
{
    std::string name;
    if (json_check(auth) == JsonError::none && JsonValue(auth).is_object())
        if (const auto room = JsonValue(auth).find("room"); room && room->is_string())
            name = room->string();
    peer.room = &rooms_[name];
    peer.room->push_back(&peer);
    put(peer, Frame::text(R"(40{"sid":"floor"})").wire());
}

void Relay::deliver(Peer& peer, std::string_view frame)
{
    if (faulty_)
        deliver_faulty(peer, frame);
    else
        put(peer, frame);
}

void Relay::deliver_faulty(Peer& peer, std::string_view frame)
{
    const auto number = ++counts_.delivered;
    if (number == faults_.stall_at)
        std::this_thread::sleep_for(std::chrono::milliseconds(faults_.stall_ms));
    if (number == faults_.cut_at) {
        ++counts_.cut;
        ::shutdown(peer.descriptor, SHUT_RDWR);
    } else if (is_every(number, faults_.drop)) {
        ++counts_.dropped;
    } else if (is_every(number, faults_.stray)) {
        ++counts_.strayed;
        put(*somebody_else(peer), frame);
    } else if (!peer.held.empty()) {
        put(peer, frame);
        put(peer, std::exchange(peer.held, {}));
        ++counts_.swapped;
        --counts_.held;
    } else if (is_every(number, faults_.swap)) {
        peer.held = frame;
        ++counts_.held;
    } else {
        put(peer, frame);
        if (is_every(number, faults_.twice)) {
            ++counts_.doubled;
            put(peer, frame);
        }
    }
}

Relay::Peer* Relay::somebody_else(const Peer& peer)
{
    for (auto& [name, room] : rooms_)
        if (&room != peer.room && !room.empty())
            return room.front();
    throw std::logic_error("There is no other room.");
}

void Relay::put(Peer& peer, std::string_view bytes)
{
    if (flush_ == Flush::write && peer.out.empty()) {
        const auto sent = ::send(peer.descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent == static_cast<ssize_t>(bytes.size()))
            return;
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    }
    peer.out += bytes;
    if (!peer.touched && !peer.watched) {
        peer.touched = true;
        touched_.push_back(&peer);
    }
}

void Relay::write(Peer& peer)
{
    if (!peer.out.empty()) {
        const auto sent = ::send(peer.descriptor, peer.out.data(), peer.out.size(), MSG_NOSIGNAL);
        peer.out.erase(0, static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    }
    if (peer.watched == !peer.out.empty())
        return;
    peer.watched = !peer.out.empty();
    epoll_event event{.events = EPOLLIN | (peer.watched ? EPOLLOUT : 0U), .data = {.ptr = &peer}};
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, peer.descriptor, &event);
}

void Relay::close(Peer& peer)
{
    // The peer itself goes at the end of the turn: a room may be telling it something just now.
    if (std::ranges::find(closed_, &peer) != closed_.end())
        return;
    if (peer.room != nullptr)
        std::erase(*peer.room, &peer);
    std::erase(touched_, &peer);
    peer.touched = true;  // nothing is written to it any more
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, peer.descriptor, nullptr);
    ::shutdown(peer.descriptor, SHUT_RDWR);
    closed_.push_back(&peer);
}

}  // namespace wgw::bench
