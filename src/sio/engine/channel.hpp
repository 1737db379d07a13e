#pragma once
/// A WebSocket of a session: its transport, or one that wants to become it. Inside of the library only.
///
/// Lifetime  owns itself: ends with the connection, which may outlive its session
/// Loop only.
/// Tests     server_test.cpp, server_pace_test.cpp, tests/conformance/upgrade.test.mjs

#include "net/stream.hpp"
#include "sio/protocol/engine_output.hpp"

namespace wgw::sio {

class EngineConnection;

class Channel final : public net::Stream {
public:
    Channel(EngineConnection& connection, Number number, Channel* next)
        : next(next), connection_(&connection), number_(number)
    {
    }

    Number number() const { return number_; }
    net::WebSocket* socket() const { return socket_; }
    void forget_connection() { connection_ = nullptr; }

    /// The answer to a probe, ahead of the session's queue. At most one waits: a client that reads none gets one.
    void answer_probe(Frame frame);

    void on_open(net::WebSocket& socket) override;
    void on_text(std::string_view bytes) override;
    void on_binary(std::string_view bytes) override;
    std::span<const Frame> queued() override;
    void written(std::size_t frames) override;
    void on_closed(bool broken) override;

    Channel* next;  ///< Of the connection's channels.

private:
    EngineConnection* connection_;
    Number number_;
    net::WebSocket* socket_ = nullptr;
    Frame probe_answer_;
};

}  // namespace wgw::sio
