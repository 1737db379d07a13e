#pragma once
/// A connection that speaks HTTP: one request under way at a time, others wait behind it, deadlines for each part.
/// Loop only.

#include "codec/http_request.hpp"
#include "codec/http_response.hpp"
#include "net/connection.hpp"
#include "net/http_server.hpp"

#include <string>

namespace wgw::net {

class HttpConnection final : public Connection {
public:
    HttpConnection(HttpServer& server, Socket socket, std::uint64_t number);

    void start();

    bool awaits(std::uint32_t request) const { return state_ == State::answering && request == request_; }
    bool is_idle() const { return state_ == State::reading && parser_.between_requests(); }
    void respond(const HttpResponse& response);

    /// Gives the socket and what was read behind the request to whoever goes on with it.
    Socket hand_over(std::string& unread);

    /// Ends it between two requests, or behind the answer that is due.
    void close_soon();
    void abandon() { end(); }

    void flush() override;

private:
    enum class State { reading, answering, closing };

    void on_readable() override;
    void on_writable() override;
    void on_timer(Instant now) override;
    void parse();
    void hand_request();
    void send(std::string bytes, bool close_behind);
    void refuse(HttpError error);
    void linger();
    void end();
    void arm_deadline();

    HttpServer& server_;
    HttpParser parser_;
    std::string unread_;  ///< Read, but not yet parsed: requests behind the one that is being answered.
    std::string outgoing_;
    std::uint32_t request_ = 0;  ///< Number of the request that was handed over last.
    State state_ = State::reading;
    bool head_only_ = false;
    bool keep_alive_ = true;
    bool close_behind_ = false;
    bool lingering_ = false;
    bool parsing_ = false;
};

}  // namespace wgw::net
