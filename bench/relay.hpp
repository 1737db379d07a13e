#pragma once
/// The floor: as little as a server can do that relays messages to rooms over Socket.IO. Bare epoll, no limits, no
/// timeouts, no heartbeat; what is below it is the kernel.
///
///     CONNECT {"room":"7"}          the client is in room 7
///     ["send",<argument>]           everybody in the room gets ["recv",<argument>], the sender too
///
/// One thread. With faults it breaks its promises on purpose, and counts how often: that is what tests the load
/// generator.

#include "codec/ws_frame.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wgw::bench {

enum class Flush {
    write,     ///< One send() per message and receiver.
    coalesce,  ///< One send() per receiver and turn.
};

/// Every how many deliveries; 0: never.
struct Faults {
    std::uint64_t drop = 0;
    std::uint64_t twice = 0;
    std::uint64_t swap = 0;      ///< With the next one to the same receiver.
    std::uint64_t stray = 0;     ///< To somebody in another room, instead.
    std::uint64_t stall_at = 0;  ///< Before this delivery everything stands still once, …
    int stall_ms = 0;            ///< … this long.
    std::uint64_t cut_at = 0;    ///< The receiver of this delivery is disconnected instead.
};

struct FaultCounts {
    std::uint64_t delivered = 0;  ///< Attempts, all faults included.
    std::uint64_t dropped = 0;
    std::uint64_t doubled = 0;
    std::uint64_t swapped = 0;
    std::uint64_t held = 0;  ///< To be swapped, but nothing has come since: not delivered.
    std::uint64_t strayed = 0;
    std::uint64_t cut = 0;
};

class Relay {
public:
    explicit Relay(Flush flush, Faults faults = {});
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;
    ~Relay();

    /// On loopback; 0: any port. Returns the port.
    std::uint16_t listen(std::uint16_t port);

    /// Waits for at most `wait_ms` (-1: for ever) and does what there is to do.
    void turn(int wait_ms);

    /// Good once no turn runs.
    const FaultCounts& counts() const { return counts_; }

private:
    struct Peer;
    using Room = std::vector<Peer*>;

    void accept();
    void read(Peer& peer);
    void on_text(Peer& peer, std::string_view text);
    void join(Peer& peer, std::string_view auth);
    void deliver(Peer& peer, std::string_view frame);
    void deliver_faulty(Peer& peer, std::string_view frame);
    void put(Peer& peer, std::string_view bytes);
    void write(Peer& peer);
    void close(Peer& peer);
    Peer* somebody_else(const Peer& peer);

    Flush flush_;
    Faults faults_;
    bool faulty_;
    FaultCounts counts_;
    int epoll_;
    int listener_ = -1;
    std::unordered_map<int, std::unique_ptr<Peer>> peers_;
    std::unordered_map<std::string, Room> rooms_;
    std::vector<Peer*> touched_;
    std::vector<Peer*> closed_;
    std::vector<char> buffer_;
};

}  // namespace wgw::bench
