#include "net/http_connection.hpp"

#include <sys/uio.h>

namespace wgw::net {
namespace {

constexpr Duration kLinger{2'000};  // for the peer to read an answer although it is still sending

}  // namespace

HttpConnection::HttpConnection(HttpServer& server, Socket socket, std::uint64_t number)
    : Connection(server.loop_, std::move(socket), number), server_(server), parser_(server.options_.parser)
{
}

void HttpConnection::start()
{
    arm_deadline();
    wait_readable();
}

void HttpConnection::arm_deadline()
{
    const auto& options = server_.options_;
    Duration time = options.header_time;
    if (parser_.state() == HttpParser::State::body)
        time = options.body_time;
    else if (parser_.between_requests() && request_ > 0)
        time = options.keep_alive;
    loop_.timers().arm(*this, loop_.now() + time);
}

void HttpConnection::on_readable()
{
    const Ref<HttpConnection> alive(this);
    const auto got = read();
    if (got.closed)
        return end();
    if (!lingering_ && got.bytes > 0) {
        unread_.append(loop_.read_buffer().data(), got.bytes);
        parse();
    }
    if (unread_.size() < server_.options_.pipeline_bytes)
        wait_readable();
}

void HttpConnection::parse()
{
    if (parsing_)
        return;
    parsing_ = true;
    const bool was_between = parser_.between_requests();
    const auto part_before = parser_.state();
    while (state_ == State::reading && is_open() && !unread_.empty()) {
        unread_.erase(0, parser_.feed(unread_));
        if (parser_.state() == HttpParser::State::head) {
            parser_.body_limit(server_.handler_.body_limit(parser_.head()));
            if (parser_.state() == HttpParser::State::body && parser_.head().expects_continue)
                send("HTTP/1.1 100 Continue\r\n\r\n", false);
        }
        if (parser_.state() == HttpParser::State::failed)
            refuse(parser_.error());
        else if (parser_.state() == HttpParser::State::complete)
            hand_request();
    }
    parsing_ = false;
    if (unread_.empty())
        std::string().swap(unread_);
    const bool moved_on = parser_.state() != part_before || was_between != parser_.between_requests();
    if (state_ == State::reading && is_open() && moved_on)
        arm_deadline();
}

void HttpConnection::hand_request()
{
    HttpRequest request = parser_.take();
    state_ = State::answering;
    ++request_;
    cancel();
    head_only_ = request.method == "HEAD";
    keep_alive_ = request.keep_alive && request_ < server_.options_.keep_alive_requests && !server_.draining_;
    server_.handler_.on_request(std::move(request), Exchange{number(), request_});
}

void HttpConnection::respond(const HttpResponse& response)
{
    const bool keep = keep_alive_ && !response.close;
    state_ = State::reading;
    send(write_response(response, keep, head_only_, http_date(loop_.wall_time().unix_ms / 1000)), !keep);
    if (!keep)
        return;
    arm_deadline();
    parse();
    wait_readable();
}

void HttpConnection::refuse(HttpError error)
{
    const std::string date = http_date(loop_.wall_time().unix_ms / 1000);
    if (error == HttpError::body_too_large)
        return send(write_response(server_.handler_.too_large(parser_.head()), false, false, date), true);
    send(write_error(error, date), true);
}

void HttpConnection::send(std::string bytes, bool close_behind)
{
    outgoing_ += bytes;
    close_behind_ = close_behind_ || close_behind;
    if (close_behind_)
        state_ = State::closing;
    loop_.touch(*this);
}

void HttpConnection::flush()
{
    const Ref<HttpConnection> alive(this);
    while (is_open() && !outgoing_.empty()) {
        const iovec part{outgoing_.data(), outgoing_.size()};
        const auto result = write(std::span(&part, 1));
        if (result.closed)
            return end();
        if (result.blocked) {
            loop_.timers().arm(*this, loop_.now() + server_.options_.body_time);
            return wait_writable();
        }
        outgoing_.erase(0, result.bytes);
    }
    std::string().swap(outgoing_);  // assigning {} would keep its memory
    if (is_open() && close_behind_ && !lingering_)
        linger();
}

void HttpConnection::on_writable() { flush(); }

/// The answer is out. Bytes of the peer that are still unread when the socket is closed would turn into a reset, which
/// may destroy the answer on its way: so the peer is heard out for a moment.
void HttpConnection::linger()
{
    lingering_ = true;
    std::string().swap(unread_);
    end_writing();
    loop_.timers().arm(*this, loop_.now() + kLinger);
    wait_readable();
}

void HttpConnection::on_timer(Instant)
{
    const Ref<HttpConnection> alive(this);
    if (state_ == State::reading && !parser_.between_requests() && outgoing_.empty()) {
        HttpResponse late;
        late.status = 408;
        late.close = true;
        send(write_response(late, false, false, http_date(loop_.wall_time().unix_ms / 1000)), true);
        return;
    }
    end();
}

void HttpConnection::close_soon()
{
    keep_alive_ = false;
    if (is_idle() && outgoing_.empty())
        end();
}

Socket HttpConnection::hand_over(std::string& unread)
{
    unread = std::exchange(unread_, {});
    state_ = State::closing;
    return take_socket();
}

void HttpConnection::end()
{
    const Ref<HttpConnection> alive(this);
    const bool answer_due = state_ == State::answering;
    state_ = State::closing;
    close();
    server_.erase(number());
    if (answer_due)
        server_.handler_.on_gone(Exchange{number(), request_});
}

}  // namespace wgw::net
