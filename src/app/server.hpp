#pragma once
/// A server as `serve` starts and ends it, whatever is inside.
/// Loop only.

#include "base/time.hpp"

#include <cstdint>
#include <string>

namespace wgw::app {

struct Options;

class Server {
public:
    virtual ~Server() = default;

    virtual std::uint16_t port() const = 0;  ///< 0: it has no public listener.
    virtual std::uint16_t admin_port() const = 0;

    /// The log level was read anew: what is said to be in force is so.
    virtual void note_reload(const Options& anew) { static_cast<void>(anew); }

    /// What /readyz says: `starting` until the first, then `ready`; `draining` from the second on, when each answer
    /// over HTTP says that its connection closes, too.
    virtual void set_ready() = 0;
    virtual void set_draining() = 0;

    /// Sends over sockets are answered `draining` from now on, and what comes over the broker is left to others. What
    /// is under way goes on: is_working(). Clients may still connect: who polls fetches what was sent.
    virtual void refuse_work() = 0;
    virtual bool is_working() const = 0;

    /// Somebody who polls has not come back for more: neither what was sent nor the end can be told.
    virtual bool awaits_poll() const = 0;

    /// Stops accepting, and closes what is connected: sockets evenly over `spread`, HTTP behind the next answer. Behind
    /// it: is_drained().
    virtual void close_connections(Duration spread) = 0;
    virtual bool is_drained() const = 0;
};

}  // namespace wgw::app
