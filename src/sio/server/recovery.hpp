#pragma once
/// What a namespace remembers so that a client that lost its connection gets what it has missed.
/// An application meets RecoveryOptions, in ServerOptions; Recovery and LostSession are inside of the library only.
///
///     every event      add(rooms, except, encoded)     its offset stands in it as a last argument: next_offset()
///     a socket ends    keep(session)                   if its reason is one that a client comes back from
///     it comes back    restore(pid, offset)            its session; or nothing, and it is a new one
///     and is accepted  missed(session, offset)         what it has missed
///
/// Pure: time in. All or nothing: an offset that is not known, or from before what is still remembered, restores
/// nothing.
/// Bounds    by age, and by bytes of events and number of sessions; the oldest go first
/// Source    Socket.IO 4 connection state recovery
/// Tests     recovery_test.cpp, server_recovery_test.cpp

#include "base/random.hpp"
#include "base/time.hpp"
#include "sio/server/encoded.hpp"

#include <any>
#include <deque>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace wgw::sio {

/// What a client has missed may take half of what may wait for one (queue_bytes and queue_packets of
/// EngineServerOptions). Who has missed more is somebody new.
struct RecoveryOptions {
    Duration max_disconnection{120'000};  ///< How long a client may be away, in ms.
    bool skip_middlewares = true;  ///< Not for one that is restored. False where a token may be revoked meanwhile.
    std::size_t bytes = std::size_t{16} << 20;  ///< Of events that are remembered, per namespace.
    std::size_t sessions = 10'000;              ///< That are remembered, per namespace.
};

/// A socket that has gone.
struct LostSession {
    std::string pid;                 ///< Its secret name.
    std::string sid;                 ///< What it was known by.
    std::vector<std::string> rooms;  ///< Its own, named by the sid, not among them.
    std::any data;
};

class Recovery {
public:
    /// `random` makes offsets of this server unlike those of one that ran before.
    Recovery(RecoveryOptions options, Random& random);

    const RecoveryOptions& options() const { return options_; }

    /// The last argument of the event that add() gets next.
    std::string next_offset() const { return prefix_ + std::to_string(first_ + events_.size()); }

    /// An event for everybody in any of `rooms` (none: everybody) and in none of `except`.
    void add(std::vector<std::string> rooms, std::vector<std::string> except, Encoded event, Instant now);

    void keep(LostSession session, Instant now);

    /// Once: the session is not remembered any more.
    std::optional<LostSession> restore(std::string_view pid, std::string_view offset, Instant now);

    /// In the order of their sending. Nothing: it is not all remembered any more.
    std::optional<std::vector<Encoded>> missed(const LostSession& session, std::string_view offset) const;

    std::size_t events() const { return events_.size(); }
    std::size_t sessions() const { return sessions_.size(); }

private:
    struct Event {
        std::vector<std::string> rooms;
        std::vector<std::string> except;
        Encoded encoded;
        std::size_t bytes;
        Instant at;
    };
    struct Kept {
        LostSession session;
        Instant at;
    };

    void forget_old(Instant now);
    std::optional<std::uint64_t> number_of(std::string_view offset) const;

    RecoveryOptions options_;
    std::string prefix_;
    std::uint64_t first_ = 0;  // the number of events_.front()
    std::deque<Event> events_;
    std::size_t bytes_ = 0;
    std::list<Kept> sessions_;  // the oldest first
    std::unordered_map<std::string, std::list<Kept>::iterator> by_pid_;
};

}  // namespace wgw::sio
