#pragma once
/// A client in a namespace.
///
/// Handle    a Socket& is good during the call that gave it, also when it is ended in it. To come back later keep a
///           SocketRef, or number(): the socket may have gone
/// Full      where what is sent to it alone does not fit into its queue, its connection ends: options.hpp of engine
/// Loop only.

#include "base/flat_table.hpp"
#include "base/kept_text.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "sio/engine/handshake.hpp"
#include "sio/server/arguments.hpp"
#include "sio/server/encoded.hpp"
#include "sio/server/pending_acks.hpp"
#include "sio/server/room.hpp"
#include "sio/server/target.hpp"

#include <any>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::sio {

class Client;
class Namespace;
class SocketTable;

/// A socket that may have gone: what to keep of it. A value; its server outlives it.
class SocketRef {
public:
    SocketRef() = default;

    /// nullptr: it has gone, or was never there.
    Socket* get() const;
    explicit operator bool() const { return get() != nullptr; }
    std::uint64_t number() const { return number_; }

private:
    friend class Socket;
    SocketRef(const SocketTable& table, std::uint64_t number) : table_(&table), number_(number) {}

    const SocketTable* table_ = nullptr;
    std::uint64_t number_ = 0;
};

class Socket {
public:
    /// Public: 20 characters, told to the client, and the name of the room that it alone is in.
    std::string_view id() const { return {id_.data(), id_.size()}; }

    /// Of the server's sockets, from 1; not used again, but by the same socket when it is restored.
    std::uint64_t number() const { return number_; }

    /// What to keep of it.
    SocketRef ref() const;
    Namespace& nsp() const { return nsp_; }

    /// Of the connection: its sockets share it, in whatever namespaces and one after the other. connection() is its
    /// number.
    const Handshake& handshake() const;
    std::uint64_t connection() const;

    /// The object of the CONNECT packet, as JSON; empty if there was none, or forget_auth() was called: a token is
    /// long, and needed once.
    std::string_view auth() const { return auth_.view(); }
    void forget_auth() { auth_ = {}; }

    /// Whether it has what it had before it lost its connection: id, rooms, data, and what it has missed.
    bool is_recovered() const { return recovered_; }

    // Telling it something.

    /// Values as for Payload::of().
    template <class... Values>
    void emit(std::string_view event, const Values&... values)
    {
        emit_payload(event, Payload::of(values...));
    }

    /// Dropped where it could not leave at once: no poll waits, or the kernel has not taken all that was sent before.
    template <class... Values>
    void emit_volatile(std::string_view event, const Values&... values)
    {
        if (is_writable())
            send(encode(event, Payload::of(values...)));
    }

    /// The handler is called once: with the answer, or with what came instead. Without `timeout`, as long as the socket
    /// is there.
    void ask(std::string_view event, const Payload& payload, std::optional<Duration> timeout, AckHandler handler);

    /// Likewise for coroutines: `const auto answer = co_await socket.ask("size?", sio::Payload(), 5s);`
    Task<AckResult> ask(std::string event, Payload payload, std::optional<Duration> timeout);

    /// What Namespace::encode() gave. Hot path: a pointer is queued.
    void send(const Encoded& packet);

    // Telling others.

    /// Everybody in `room` but this socket.
    Target to(std::string_view room) const { return broadcast().to(room); }
    Target except(std::string_view room) const { return broadcast().except(room); }

    /// Everybody in the namespace but this socket.
    Target broadcast() const { return Target(nsp_, number_); }

    // Its rooms.

    /// May be called before the socket is accepted; it hears of its rooms only from then on. False: it is in
    /// ServerOptions::max_rooms others, and not in this one.
    bool join(std::string_view room);
    void leave(std::string_view room);
    void leave_all();
    bool is_in(std::string_view room) const;

    /// Its own, named by its id, among them.
    std::vector<std::string> rooms() const;

    // Hearing it.

    /// A guard looks at each event of this socket before its handler does, in the order of use(): the text of a
    /// refusal, which Namespace::on_error() is told and the client is not, or nothing.
    using Guard = std::function<std::optional<std::string>(std::string_view event, const Arguments& arguments)>;
    void use(Guard guard);

    /// Stops and takes up reading what the client sends: events and answers, of all namespaces of the connection.
    /// Meanwhile its ping timeout waits, too. Not counted: one resume() ends any number of pauses.
    void pause();
    void resume();

    /// Leaves the namespace; with `close` all namespaces, and the connection ends. The client does not come back by
    /// itself.
    void disconnect(bool close = false);

    /// Ends the connection without a DISCONNECT packet, behind what was emitted: the client comes back by itself, and
    /// may be refused then. `code`: of the WebSocket's close frame, 0 for none.
    void hang_up(int code = 0);

    /// The application's own. With recovery it is copied, and given to the socket that comes back.
    std::any data;

    static constexpr std::size_t kIdSize = 20;
    using Id = std::array<char, kIdSize>;

    // Inside of the library.
    Socket(Namespace& nsp, Client& client, std::uint64_t number, const Id& id, std::string_view auth);
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();

private:
    friend class Client;
    friend class Memberships;
    friend class Namespace;
    friend class Room;

    /// What few sockets have.
    struct Rare {
        std::vector<Guard> guards;
        std::string pid;  ///< With recovery: its secret name.
    };

    static Task<AckResult> ask_later(
        SocketRef ref, std::string event, Payload payload, std::optional<Duration> timeout
    );

    bool is_writable() const;
    Encoded encode(std::string_view event, const Payload& payload) const;
    void emit_payload(std::string_view event, const Payload& payload);
    Rare& rare();

    Namespace& nsp_;
    Client& client_;
    std::uint64_t number_;
    Id id_;
    std::uint32_t place_ = 0;  ///< Among the sockets of its namespace.
    std::uint32_t mark_ = 0;   ///< Of the last broadcast that has looked at it.
    bool accepted_ = false;    ///< Its CONNECT has been answered.
    bool recovered_ = false;
    KeptText auth_;
    Memberships rooms_;
    std::unique_ptr<Rare> rare_;
    std::unique_ptr<Socket> next_;  ///< Of the connection's sockets.
};

/// All sockets of a server, by number. Inside of the library only: Namespace::find() and SocketRef look into it.
class SocketTable {
public:
    Socket* find(std::uint64_t number) const
    {
        const auto* found = sockets_.find(number);
        return found == nullptr ? nullptr : *found;
    }

private:
    friend class Client;
    struct ByNumber {
        static std::uint64_t key_of(const Socket& socket) { return socket.number(); }
        static std::size_t hash(std::uint64_t number) { return spread(number); }
    };
    FlatTable<Socket*, ByNumber> sockets_;
};

inline Socket* SocketRef::get() const { return table_ == nullptr ? nullptr : table_->find(number_); }

}  // namespace wgw::sio
