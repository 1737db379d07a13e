#pragma once
/// Whom something is told: everybody in a namespace, or in some of its rooms, without some. A value; it holds names,
/// and looks at who is there when it is used. Its namespace outlives it.
///
///     nsp.emit("news", 1);                                    everybody
///     nsp.to("a").to("b").except("c").emit("news", 1);        who is in a or b, once, and not in c
///     socket.to("a").emit("news", 1);                         without the socket itself
///     socket.broadcast().emit("news", 1);
///     nsp.to("a").as_volatile().emit("cursor", x, y);         who can be told at once, and nobody else
///     nsp.to("a").ask("ready?", sio::Payload(), 5s, [](sio::BroadcastAnswers all) { … });
///     nsp.to("a").join("b");                                  and leave(), disconnect(), sockets()
///
/// Everybody is told at most once. Rooms are of the server only: a client does not know them. Each socket is in a room
/// of its own, which has its id for a name.
/// Tests  target_test.cpp, asking_test.cpp

#include "base/task.hpp"
#include "base/time.hpp"
#include "sio/server/arguments.hpp"
#include "sio/server/pending_acks.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::sio {

class Namespace;
class Socket;

class Target {
public:
    /// Everybody in `nsp` but the socket of that number.
    explicit Target(Namespace& nsp, std::uint64_t but = 0) : nsp_(&nsp), but_(but) {}

    Target to(std::string_view room) const;
    Target except(std::string_view room) const;
    Target as_volatile() const;

    /// It is compressed already, or too dear to compress: answers to polls are not, if nothing else is in them.
    Target uncompressed() const;

    template <class... Values>
    void emit(std::string_view event, const Values&... values) const
    {
        emit_payload(event, Payload::of(values...));
    }

    /// The handler is called once: when all have answered or gone, or at the end of `timeout`.
    void ask(std::string_view event, const Payload& payload, Duration timeout, BroadcastHandler handler) const;
    Task<BroadcastAnswers> ask(std::string event, Payload payload, Duration timeout) const;

    // What may be done to those who are there now.
    bool join(std::string_view room) const;  ///< False: not all of them; see Socket::join().
    void leave(std::string_view room) const;
    void disconnect(bool close = false) const;
    std::vector<Socket*> sockets() const;

private:
    friend class Namespace;

    static Task<BroadcastAnswers> ask_later(Target target, std::string event, Payload payload, Duration timeout);

    void emit_payload(std::string_view event, const Payload& payload) const;
    std::vector<Target> family() const;

    Namespace* nsp_;
    std::uint64_t but_;
    std::vector<std::string> rooms_;
    std::vector<std::string> except_;
    bool volatile_ = false;
    bool compress_ = true;
};

}  // namespace wgw::sio
