#pragma once
/// One client: its connection, and its sockets, one in each namespace that it has joined. Inside of the library only.
/// Loop only.
/// Tests  server_test.cpp, server_pace_test.cpp

#include "sio/engine/connection.hpp"
#include "sio/protocol/socket_session.hpp"
#include "sio/server/namespace.hpp"
#include "sio/server/recovery.hpp"
#include "sio/server/socket.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wgw::sio {

class ServerCore;

class Client final : public EngineConnection {
public:
    Client(ServerCore& core, Opening opening);
    ~Client() override;

    /// False: it does not fit into the queue, and nothing has happened.
    bool try_send(const Encoded& packet) { return EngineConnection::try_send(frames_of(packet)); }

    /// Where it does not fit the connection ends.
    void send(const Encoded& packet) { EngineConnection::send(frames_of(packet)); }

    /// The server ends one of its sockets, or all.
    void leave(Socket& socket);
    void leave_all();

private:
    /// A socket that comes back: what it was, and the last that it has seen.
    struct Lost {
        LostSession session;
        std::string offset;
    };

    void on_message(const Message& message) override;
    void on_closed(CloseReason reason) override;
    Instant next_deadline() const override { return packets_.next_deadline(); }
    void on_deadline(Instant now) override;
    void on_excused(Instant now) override { packets_.excuse(now); }
    std::string_view public_id() const override { return sockets_ ? sockets_->id() : std::string_view(); }

    void hear(const SocketEvent& event);
    void on_connect(const Connect& connect);
    void on_event(const Event& event);
    void on_ack(const Ack& ack);

    /// Whether the event is to be heard: its socket is still there, and no guard has refused it.
    static bool passes_guards(Socket& socket, std::string_view name, const Arguments& arguments);
    void on_violation(const Violation& violation);

    /// Middleware by middleware, then accept() or refuse().
    static void admit(SocketRef ref, std::size_t asked, std::shared_ptr<const Lost> lost);
    void refuse(Socket& socket, const ConnectError& error);
    void accept(Socket& socket, const Lost* lost);

    std::shared_ptr<const Lost> find_lost(Namespace& nsp, std::string_view auth) const;
    std::optional<std::vector<Encoded>> missed_by(const Namespace& nsp, const Lost& lost) const;
    Socket& add(Namespace& nsp, std::string_view auth, const Lost* lost);
    void end_sockets(CloseReason reason);
    void end_socket(Socket& socket, CloseReason reason);
    std::unique_ptr<Socket> take(const Socket& socket);
    Socket* find(std::string_view nsp) const;

    std::span<const Frame> frames_of(const Encoded& packet) const
    {
        return packets_.speaks_msgpack() ? std::span(&packet.msgpack(), 1) : packet.frames();
    }

    ServerCore& core_;
    SocketSession packets_;
    std::unique_ptr<Socket> sockets_;  ///< Each owns the next.
};

}  // namespace wgw::sio
