#pragma once
/// The answers that a namespace waits for, and the timer behind them. Inside of the library only.

#include "base/fence.hpp"
#include "net/loop.hpp"
#include "sio/server/namespace.hpp"
#include "sio/server/pending_acks.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace wgw::sio {

class Namespace::Acks final : public net::Timer {
public:
    explicit Acks(net::Loop& loop) : loop_(loop) {}

    /// The id to send.
    std::int64_t ask(const Socket& socket, std::optional<Duration> timeout, AckHandler handler)
    {
        const auto id = pending_.ask(socket.number(), deadline(timeout), std::move(handler));
        keep_time();
        return id;
    }

    std::int64_t ask_all(const std::vector<Socket*>& sockets, Duration timeout, BroadcastHandler handler)
    {
        std::vector<std::uint64_t> numbers;
        for (const auto* socket : sockets)
            numbers.push_back(socket->number());
        const auto id = pending_.ask_all(numbers, deadline(timeout), std::move(handler));
        keep_time();
        return id;
    }

    void answer(const Socket& socket, std::int64_t id, const Arguments& arguments)
    {
        pending_.answer(socket.number(), id, arguments);
        keep_time();
    }

    void gone(const Socket& socket)
    {
        pending_.gone(socket.number());
        keep_time();
    }

private:
    Instant deadline(std::optional<Duration> timeout) const { return timeout ? loop_.now() + *timeout : kNever; }

    void keep_time()
    {
        const Instant due = pending_.next_deadline();
        if (due == kNever)
            cancel();
        else if (!armed() || this->due() != due)
            loop_.timers().arm(*this, due);
    }

    void on_timer(Instant now) override
    {
        while (!fenced("A handler of an answer failed.", [&] { pending_.tick(now); })) {
        }
        keep_time();
    }

    net::Loop& loop_;
    PendingAcks pending_;
};

}  // namespace wgw::sio
