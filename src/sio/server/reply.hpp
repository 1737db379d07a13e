#pragma once
/// The answer to an event: `reply("ok", 42)`, now or later. Move only; only the first call counts, and none if the
/// client asked for no answer or has gone.
/// Lifetime  may be kept; its server outlives it
/// Loop only.

#include "sio/server/arguments.hpp"
#include "sio/server/socket.hpp"

#include <cstdint>
#include <utility>

namespace wgw::sio {

class Reply {
public:
    Reply() = default;
    Reply(SocketRef socket, std::int64_t id) : socket_(socket), id_(id) {}
    Reply(Reply&& other) noexcept : socket_(std::exchange(other.socket_, {})), id_(other.id_) {}
    Reply& operator=(Reply&& other) noexcept
    {
        socket_ = std::exchange(other.socket_, {});
        id_ = other.id_;
        return *this;
    }

    /// Whether the client asked for one that it has not been given. It may have gone meanwhile.
    bool is_wanted() const { return socket_.number() != 0; }

    /// Values as for Payload::of().
    template <class... Values>
    void operator()(const Values&... values)
    {
        if (is_wanted())
            send(Payload::of(values...));
    }

private:
    void send(const Payload& payload);

    SocketRef socket_;
    std::int64_t id_ = 0;
};

}  // namespace wgw::sio
