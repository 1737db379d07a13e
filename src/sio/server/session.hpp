#pragma once
/// One client's connection, over whatever transports: drives the two session machines over net, and owns its sockets.
///
/// Lifetime  owned by the core under its sid; goes at the end of a turn, when the engine's session is finished
/// Loop only. Hot path: send().
/// Tests     server_test.cpp, server_pace_test.cpp

#include "net/http_server.hpp"
#include "net/loop.hpp"
#include "sio/protocol/engine_session.hpp"
#include "sio/protocol/socket_session.hpp"
#include "sio/server/channel.hpp"
#include "sio/server/core.hpp"
#include "sio/server/inbox.hpp"
#include "sio/server/server.hpp"

#include <memory>

namespace wgw::sio {

class Session final : public net::Flushable, public net::Timer {
public:
    Session(Server::Core& core, std::string_view sid, Transport transport, Handshake handshake);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() override;

    std::string_view sid() const { return engine_.sid(); }
    Transport transport() const { return engine_.transport(); }
    const Handshake& handshake() const { return handshake_; }
    std::uint64_t number() const { return number_; }

    /// Nothing is to be sent any more, other than to a poll that may come.
    bool over() const { return closed_ && channels_ == nullptr; }

    void get(Number request);
    void post(Number request, std::string_view body, PostBody kind);
    void gone(Number request);
    Channel& new_channel();
    void on_channel_open(Channel& channel);
    void on_channel_closed(Channel& channel, bool broken);
    void on_text(Channel& channel, std::string_view bytes);
    void on_binary(Channel& channel, std::string_view bytes);
    std::span<const Frame> queued(const Channel& channel);
    void written(std::size_t frames);

    /// Queues a frame. At the bound the connection is written first; if that does not help it ends, but not before the
    /// end of the turn: whoever walks over sockets may send to them.
    void send(const Frame& frame);
    void admitted(Socket& socket, std::optional<ConnectError> error);
    void leave(Socket& socket);
    void close(CloseReason reason, int code);

    /// While paused, and while more than half of its queue is full, nothing of the client is heard: a WebSocket is not
    /// read, and what a POST has brought waits here, and its answer with it, so that the client sends no more.
    void pause();
    void resume();

    void flush() override;

private:
    void on_timer(Instant now) override;

    /// Runs `input` on the engine and does what it says.
    template <class Input>
    void drive(Input input);
    void process(EngineOutput& out);
    void on_message(const Message& message);
    void hear(const Message& message);
    void hear_inbox();
    bool deaf() const { return paused_ || engine_.congested(); }

    /// What comes is heard at once.
    bool hears() const { return !deaf() && !inbox_; }
    void listen();
    void follow_transport();
    void on_connect(const Connect& connect);
    void on_event(const Event& event);
    void end_sockets();
    void end_socket(Socket& socket);
    Socket* find(std::string_view nsp) const;
    Channel* find_channel(Number number) const;
    void add_socket(std::unique_ptr<Socket> socket);
    std::unique_ptr<Socket> take_socket(const Socket& socket);

    /// The WebSocket that is the transport, if it is open.
    net::WebSocket* socket() const { return transport_ != nullptr ? transport_->socket() : nullptr; }
    void arm();
    void count_joined();

    Server::Core& core_;
    Handshake handshake_;
    std::uint64_t number_;
    EngineSession engine_;
    SocketSession packets_;
    Channel* channels_ = nullptr;      ///< Each has the next; they own themselves.
    Channel* transport_ = nullptr;     ///< Of channels_ the one that the engine writes to.
    std::unique_ptr<Socket> sockets_;  ///< Each owns the next.
    std::unique_ptr<Inbox> inbox_;     ///< While there is something in it.
    Number posting_ = 0;               ///< The POST that is being processed.
    bool paused_ = false;              ///< By the application.
    bool listening_ = true;            ///< The channel is read.
    bool hearing_ = false;
    bool joined_ = false;  ///< Some namespace, at some time.
    bool closed_ = false;
    bool overflowed_ = false;
};

}  // namespace wgw::sio
