#pragma once
/// Polls that are still on their way when their session has ended: a client that closes it sends the close packet and
/// its last GET on two connections, and either may be read first. For a moment the GET is awaited, and answered with a
/// noop as the one that was held.
///
/// A GET on the connection of the close packet was sent behind it: for that one the session is unknown at once.
/// Bounded  kCount sessions, of which a newer one takes the place of the oldest, for kWait each
/// Tests    late_polls_test.cpp

#include "base/time.hpp"
#include "sio/protocol/engine_session.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace wgw::sio {

class LatePolls {
public:
    static constexpr std::size_t kCount = 64;
    static constexpr Duration kWait{1'000};

    /// The client has closed the session on this TCP connection while no GET was held.
    void expect(std::string_view sid, Number connection, Instant now)
    {
        Left& left = left_[next_];
        next_ = (next_ + 1) % kCount;
        left.connection = connection;
        left.until = now + kWait;
        std::ranges::copy(sid, left.sid.begin());
    }

    /// Whether a GET that comes on this connection is the one; it is awaited no more.
    bool take(std::string_view sid, Number connection, Instant now)
    {
        Left* const left = find(sid);
        if (left == nullptr || left->connection == connection || now >= left->until)
            return false;
        *left = {};
        return true;
    }

    /// It has come in time.
    void forget(std::string_view sid)
    {
        if (Left* const left = find(sid))
            *left = {};
    }

private:
    struct Left {
        std::array<char, kSidSize> sid{};
        Number connection = 0;
        Instant until{};
    };

    Left* find(std::string_view sid)
    {
        const auto has_it = [&](const Left& left) { return std::string_view(left.sid.data(), kSidSize) == sid; };
        const auto found = std::ranges::find_if(left_, has_it);
        return found == left_.end() ? nullptr : &*found;
    }

    std::array<Left, kCount> left_{};
    std::size_t next_ = 0;
};

}  // namespace wgw::sio
