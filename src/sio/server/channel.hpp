#pragma once
/// A WebSocket of a session: its transport, or one that wants to become it.
///
/// Lifetime  owns itself: ends with the connection, which may outlive its session
/// Loop only.
/// Tests     server_test.cpp

#include "net/stream.hpp"
#include "sio/protocol/engine_output.hpp"

#include <vector>

namespace wgw::sio {

class Session;

class Channel final : public net::Stream {
public:
    Channel(Session& session, Number number) : session_(&session), number_(number) {}

    Number number() const { return number_; }
    net::WebSocket* socket() const { return socket_; }
    void forget_session() { session_ = nullptr; }
    void send(const Frame& frame);

    void on_open(net::WebSocket& socket) override;
    void on_text(std::string_view bytes) override;
    void on_binary(std::string_view bytes) override;
    std::span<const Frame> queued() override;
    void written(std::size_t frames) override;
    void on_closed(bool broken) override;

private:
    Session* session_;
    Number number_;
    net::WebSocket* socket_ = nullptr;
    std::vector<Frame> probe_frames_;  ///< Ahead of the session's queue.
};

}  // namespace wgw::sio
