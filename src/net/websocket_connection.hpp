#pragma once
/// A connection that has become a WebSocket: reads frames, answers pings, writes what its stream has queued.
///
/// Reading   into the loop's buffer; an idle connection holds none. Paused, it is not read and the kernel pushes back.
///           What does not fit into a turn is put off to the next
/// Writing   once per turn, up to kMostFrames frames with one call; waits for the kernel only after it refused. The
///           rest of a frame that was cut is ours: whatever becomes of the queue, the peer gets whole frames
/// Closing   close(): the queue, the close frame, then up to 3 s for the peer's. Against the rules, too big or too
///           slow: the stream hears on_closed() at once, the close frame follows, and the peer is heard out for 3 s,
///           because
///           a reset would destroy the reason on its way
/// Limits    control frames by rate, queued pongs, time of a message
/// Loop only. Hot path: flush().
/// Tests     websocket_connection_test.cpp, websocket_writing_test.cpp, websocket_pausing_test.cpp

#include "base/rate.hpp"
#include "codec/ws_frame.hpp"
#include "net/connection.hpp"
#include "net/http_server.hpp"
#include "net/stream.hpp"

#include <memory>
#include <optional>
#include <string>

namespace wgw::net {

class WebSocketConnection final : public Connection, public WebSocket {
public:
    WebSocketConnection(HttpServer& server, Socket socket, std::uint64_t number, Stream& stream);

    /// Has the answer to the upgrade request sent, in front of everything else.
    void accept(std::string answer) { ahead().control = std::move(answer); }

    /// Takes up reading. `early`: bytes that came behind the upgrade request.
    void start(std::string early);

    // WebSocket
    void touch() override;
    bool flush_now() override;
    bool is_blocked() const override { return blocked_; }
    void close(std::optional<std::uint16_t> code) override;
    void drop() override;
    void pause() override;
    void resume() override;

    void flush() override;
    std::size_t inbound_bytes() const override;
    void shed_inbound() override;
    std::size_t outbound_bytes() const override;
    void shed_outbound() override;

private:
    /// What was read and is not heard yet: half a message, and whole ones behind a pause or the end of a turn.
    struct Unheard {
        WsDecoder decoder;
        std::string bytes;  ///< To be heard before anything else.
    };

    /// What goes out ahead of the queue.
    struct Ahead {
        explicit Ahead(Backlog& of) : backlog(of) {}
        Ahead(const Ahead&) = delete;
        Ahead& operator=(const Ahead&) = delete;
        ~Ahead();

        /// It counts as queued.
        void keep(Frame frame);

        Backlog& backlog;
        std::size_t counted = 0;  ///< Bytes of `control` in it.
        Frame cut;                ///< Taken from the queue; its first `sent` bytes are with the kernel.
        std::size_t sent = 0;
        std::string control;  ///< Pongs and the close frame, ahead of the next message.
        int pongs = 0;
    };

    void on_readable() override;
    void on_writable() override;
    void on_timer(Instant now) override;

    WsDecoder new_decoder() const;
    void hear(std::span<char> bytes);
    void hear_later();
    void read_on();
    bool has_unheard_bytes() const { return unheard_ != nullptr && !unheard_->bytes.empty(); }
    Ahead& ahead();
    void on_event(const WsEvent& event);
    void on_ping(std::string_view payload);
    void keep_time();
    bool count_control();
    bool write_queued();
    void take_written(std::size_t bytes, std::span<const Frame> frames);
    std::size_t take_written_ahead(std::size_t bytes);
    void say_last(std::optional<std::uint16_t> code);
    void fail(std::uint16_t code);
    void end(bool broken);
    void tell_closed(bool broken);

    HttpServer& server_;
    Stream* stream_;                    ///< nullptr once it has heard on_closed().
    std::unique_ptr<Unheard> unheard_;  ///< An idle connection has neither of these two.
    std::unique_ptr<Ahead> ahead_;
    std::optional<std::uint16_t> close_code_;
    Bucket controls_;  ///< For control frames.
    bool paused_ = false;
    bool blocked_ = false;
    bool closing_ = false;    ///< No message is heard any more.
    bool said_last_ = false;  ///< The close frame is in ahead_, or out: nothing follows it.
    bool hearing_ = false;
    bool hears_later_ = false;
};

}  // namespace wgw::net
