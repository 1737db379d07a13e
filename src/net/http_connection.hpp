#pragma once
/// A connection that speaks HTTP: one request under way at a time, others wait behind it.
///
/// Bounds    read ahead of an unanswered request, and answered ahead of a peer that does not read, up to
///           `pipeline_bytes` each
/// Deadlines of the header block, of the body, of the wait for the next request, of a peer that reads too slowly. None
///           while an answer is due
/// Half-way  a peer that ends its sending is given the answers that are there; one that is due is given up
/// Loop only.
/// Tests     http_connection_test.cpp, http_heads_test.cpp, http_deadlines_test.cpp

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

    struct HandedOver {
        Socket socket;
        std::string unread;  ///< What came behind the request.
        std::string unsent;  ///< Answers to the requests in front of it.
    };
    /// Gives everything to whoever goes on with the connection.
    HandedOver hand_over();

    /// Ends it between two requests, or behind the answer that is due, or a second later if there was none yet.
    void close_soon();
    void abandon() { end(); }

    /// The last answer has been handed to the kernel.
    bool is_over() const { return lingering_; }

    void flush() override;
    std::size_t inbound_bytes() const override;
    void shed_inbound() override;
    std::size_t outbound_bytes() const override { return outgoing_.size(); }
    void shed_outbound() override;

private:
    enum class State { reading, answering, closing };
    enum class Wait { nothing, header, body, next_request };  ///< What has a deadline.

    void on_readable() override;
    void on_writable() override;
    void on_timer(Instant now) override;
    void on_end_of_sending();
    void read_on();
    void parse();
    void hand_request();
    void send(std::string bytes, bool close_behind);
    void send(const HttpResponse& response, bool keep, bool head_only);
    void refuse(HttpError error);
    void linger();
    void watch_reading();
    bool reads_too_slowly() const;
    void end();
    void keep_time();
    std::size_t unread_bytes() const { return unread_.size() - parsed_; }

    HttpServer& server_;
    HttpParser parser_;
    std::string unread_;      ///< Read, but not yet parsed: requests behind the one that is being answered.
    std::size_t parsed_ = 0;  ///< Bytes of `unread_` that the parser has taken: dropped together.
    std::string outgoing_;
    std::size_t counted_ = 0;    ///< Of it, in the loop's backlog.
    std::size_t owed_ = 0;       ///< Blocked: bytes not taken when its time began, and added since.
    std::string peer_;           ///< Asked of the kernel once.
    std::uint32_t request_ = 0;  ///< Number of the request that was handed over last.
    Instant since_;              ///< Of what is waited for.
    State state_ = State::reading;
    Wait wait_ = Wait::nothing;
    bool announced_ = false;  ///< The handler knows the head of the request that is being read.
    bool head_only_ = false;
    bool keep_alive_ = true;
    bool close_behind_ = false;
    bool blocked_ = false;  ///< The kernel takes no more; the deadline is that of the peer's reading.
    bool lingering_ = false;
    bool parsing_ = false;
};

}  // namespace wgw::net
