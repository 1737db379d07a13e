#pragma once
/// One client's connection, over whatever transports it uses in turn: messages in order, both ways. It drives the
/// session machine over net; what the messages mean is a derived class's matter.
///
/// Lifetime  owned by its server; goes at the end of a turn, when its session is finished
/// Errors    what on_message() and on_closed() throw is logged, and ends this connection and no other
/// Loop only. Hot path: send().
/// Tests     engine_server_test.cpp; sio/server

#include "net/http_server.hpp"
#include "net/loop.hpp"
#include "sio/engine/handshake.hpp"
#include "sio/engine/inbox.hpp"
#include "sio/protocol/engine_session.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace wgw::sio {

class Channel;
class EngineServer;

class EngineConnection : public net::Flushable, public net::Timer {
public:
    /// What a server hands to a new one.
    struct Opening {
        EngineServer& server;
        std::string_view sid;
        Transport transport;
        Handshake handshake;
    };

    explicit EngineConnection(Opening opening);
    EngineConnection(const EngineConnection&) = delete;
    EngineConnection& operator=(const EngineConnection&) = delete;
    ~EngineConnection() override;

    /// A secret of the client: never to be logged or shown.
    std::string_view sid() const { return session_.sid(); }
    Transport transport() const { return session_.transport(); }
    const Handshake& handshake() const { return handshake_; }

    /// Of the server's connections: never used twice.
    std::uint64_t number() const { return number_; }
    bool is_closed() const { return closed_; }

    /// Queues frames, all or none of them. At the queue's bound it is written first. False: that does not help; nothing
    /// is queued. One that is closed takes everything, and drops it.
    bool try_send(std::span<const Frame> frames);

    /// Where they do not fit the connection ends, but not before the end of the turn: whoever walks over connections
    /// may send to them.
    void send(std::span<const Frame> frames);
    void send(const Frame& frame) { send(std::span(&frame, 1)); }

    /// Whether what is sent now can leave at once: a poll waits, or the kernel has taken all that was written so far.
    bool is_writable() const;

    /// Ends it, after what is queued. `code`: of the WebSocket's close frame, 0 for none.
    void close(CloseReason reason, int code = 0);

    /// While paused, and while more than half of its queue is full, nothing of the client is heard: a WebSocket is not
    /// read, and what a POST has brought waits here, and its answer with it, so that the client sends no more.
    void pause();
    void resume();

protected:
    /// A message of the client; `message` is gone when this returns.
    virtual void on_message(const Message& message) = 0;

    /// Once: no message follows.
    virtual void on_closed(CloseReason reason) = 0;

    /// What names it in the log: nothing that is secret. Empty: nothing does.
    virtual std::string_view public_id() const { return {}; }

    /// Called from next_deadline() on. A change of it becomes known with arm(), or after anything that happens here.
    virtual Instant next_deadline() const { return kNever; }
    virtual void on_deadline(Instant) {}
    void arm();

    /// What the client sends is heard again, or is still not heard: what is awaited of it has its time anew.
    virtual void on_excused(Instant) {}

    /// It is one of those that the bound on handshakes does not count any more.
    void established();

    EngineServer& server() const { return server_; }

private:
    friend class Channel;
    friend class EngineServer;

    // From the server.
    void get(Number request);
    void begin_post(Number request);
    void give_up_post(Number request) { session_.give_up_post(request); }
    void post(Number request, std::string_view body, PostBody kind);
    void gone(Number request);
    Channel& new_channel();

    /// Nothing is to be sent any more, other than to a poll that may come.
    bool is_over() const { return closed_ && channels_ == nullptr; }

    bool awaits_poll() const { return session_.awaits_poll(); }

    /// Bytes that go when it does: what it shares with others, in part.
    std::size_t backlog() const { return session_.backlog(); }

    /// Ends it at once, with what is queued.
    void give_up();

    // From its channels.
    void on_channel_open(Channel& channel);
    void on_channel_closed(Channel& channel, bool broken);
    void on_text(Channel& channel, std::string_view bytes);
    void on_binary(Channel& channel, std::string_view bytes);
    std::span<const Frame> queued(const Channel& channel);
    void written(std::size_t frames);

    void flush() final;
    void on_timer(Instant now) final;

    /// Runs `input` on the session and does what it says.
    template <class Input>
    void drive(Input input);
    void process(EngineOutput& out);
    void take(const Message& message);
    void hear(const Message& message);
    void hear_inbox();
    bool deaf() const { return paused_ || session_.congested(); }

    /// What comes is heard at once.
    bool hears() const { return !deaf() && !inbox_; }
    void listen();
    void follow_transport();
    Channel* find_channel(Number number) const;

    /// The WebSocket that is the transport, if it is open.
    net::WebSocket* socket() const;

    EngineServer& server_;
    Handshake handshake_;
    std::uint64_t number_;
    EngineSession session_;
    Channel* channels_ = nullptr;   ///< Each has the next; they own themselves.
    Channel* transport_ = nullptr;  ///< Of channels_ the one that the session writes to.
    std::unique_ptr<Inbox> inbox_;  ///< While there is something in it.
    Number posting_ = 0;            ///< The POST that is being processed.
    Transport counted_as_;          ///< Among the server's connections.
    bool paused_ = false;           ///< By the application.
    bool listening_ = true;         ///< The channel is read.
    bool hearing_ = false;
    bool established_ = false;
    bool closed_ = false;
    bool overflowed_ = false;
};

}  // namespace wgw::sio
