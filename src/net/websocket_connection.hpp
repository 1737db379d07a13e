#pragma once
/// A connection that has become a WebSocket: reads frames, answers pings, writes what its stream has queued.
///
/// Reading   into the loop's buffer; an idle connection holds none. Paused, it is not read and the kernel pushes back
/// Writing   once per turn, up to kMostFrames frames with one call; waits for the kernel only after it refused
/// Limits    control frames by rate, queued pongs, time of a message
/// Loop only. Hot path: flush().

#include "codec/ws_frame.hpp"
#include "net/connection.hpp"
#include "net/http_server.hpp"
#include "net/stream.hpp"

#include <optional>
#include <string>

namespace wgw::net {

class WebSocketConnection final : public Connection, public WebSocket {
public:
    WebSocketConnection(HttpServer& server, Socket socket, std::uint64_t number, Stream& stream);

    /// Has the answer to the upgrade request sent, in front of everything else.
    void accept(std::string answer) { control_ = std::move(answer); }

    /// Takes up reading. `early`: bytes that came behind the upgrade request.
    void start(std::string early);

    // WebSocket
    void touch() override;
    bool flush_now() override;
    void close(std::optional<std::uint16_t> code) override;
    void drop() override;
    void pause() override;
    void resume() override;

    void flush() override;

private:
    void on_readable() override;
    void on_writable() override;
    void on_timer(Instant now) override;

    /// False: the connection has ended.
    bool hear(std::span<char> bytes);
    bool on_event(const WsEvent& event);
    bool count_control();
    bool write_queued();
    void end(bool broken);
    void finish_close();

    HttpServer& server_;
    Stream* stream_;  ///< nullptr once it has heard on_closed().
    WsDecoder decoder_;
    std::string unheard_;   ///< Read while paused, or before it.
    std::string control_;   ///< Pongs and the close frame, ahead of the next message.
    std::size_t sent_ = 0;  ///< Bytes of the first queued frame that are with the kernel.
    Instant control_since_;
    int controls_ = 0;
    int pongs_ = 0;
    bool paused_ = false;
    bool blocked_ = false;
    bool closing_ = false;
    bool hearing_ = false;
};

}  // namespace wgw::net
