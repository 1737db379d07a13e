#pragma once
/// The answers that a namespace waits for: events sent to one socket, or to many, that asked for an ack.
/// An application meets AckResult, AckError and BroadcastAnswers; PendingAcks is inside of the library only.
///
/// Pure: answers and time in, calls of the handlers out. Ids count from 0, over both kinds, as in the reference server.
/// Only the first answer counts; one that is late, or was never asked for, is ignored.
/// Handlers may ask anew, and may throw: what they throw leaves the call that called them.
/// Tests  pending_acks_test.cpp

#include "base/time.hpp"
#include "sio/server/arguments.hpp"

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace wgw::sio {

enum class AckError : std::uint8_t {
    timeout,       ///< No answer in time.
    disconnected,  ///< The socket has gone.
};

/// `operation has timed out`, `socket has been disconnected`.
constexpr std::string_view text_of(AckError error)
{
    return error == AckError::timeout ? "operation has timed out" : "socket has been disconnected";
}

/// What a client answered: its arguments.
using AckResult = std::expected<Payload, AckError>;
using AckHandler = std::move_only_function<void(AckResult)>;

/// What the clients of a broadcast answered.
struct BroadcastAnswers {
    std::vector<Payload> answers;  ///< The first argument of each, in the order of their coming.
    std::size_t missing = 0;       ///< Clients that have gone, or did not answer in time.
};
using BroadcastHandler = std::move_only_function<void(BroadcastAnswers)>;

class PendingAcks {
public:
    /// Sockets are known by their numbers, and are there: one that has gone is not asked. Returns the id to send.
    /// kNever: it is waited for as long as the socket is there.
    std::int64_t ask(std::uint64_t socket, Instant deadline, AckHandler handler);

    /// The handler is called once: when all have answered or gone, or at the deadline. Without sockets: at once.
    std::int64_t ask_all(std::span<const std::uint64_t> sockets, Instant deadline, BroadcastHandler handler);

    void answer(std::uint64_t socket, std::int64_t id, const Arguments& arguments);
    void gone(std::uint64_t socket);

    void tick(Instant now);
    Instant next_deadline() const { return deadlines_.empty() ? kNever : deadlines_.begin()->first; }

    bool empty() const { return waiting_.empty(); }

private:
    struct Broadcast {
        BroadcastAnswers so_far;
        std::size_t waiting = 0;
        BroadcastHandler handler;
    };
    struct Question {
        std::int64_t id = 0;
        Instant deadline;
        AckHandler one;
        std::shared_ptr<Broadcast> all;
    };
    using Key = std::pair<std::uint64_t, std::int64_t>;  // socket, id

    void add(std::uint64_t socket, Question question);
    void end(std::map<Key, Question>::iterator at, AckResult result);

    std::int64_t next_ = 0;
    std::map<Key, Question> waiting_;
    std::set<std::pair<Instant, Key>> deadlines_;
};

}  // namespace wgw::sio
