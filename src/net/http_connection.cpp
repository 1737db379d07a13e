#include "net/http_connection.hpp"

#include <sys/uio.h>

namespace wgw::net {
namespace {

constexpr Duration kFirst{1'000};                  // for the first request to a server that ends
constexpr Duration kLinger{2'000};                 // for the peer to read an answer although it is still sending
constexpr std::size_t kBodyBytesPerSecond = 1024;  // the slowest body, once its time is up, and the slowest reader

}  // namespace

HttpConnection::HttpConnection(HttpServer& server, Socket socket, std::uint64_t number)
    : Connection(server.loop_, std::move(socket), number), server_(server), parser_(server.options_.parser)
{
}

void HttpConnection::start()
{
    keep_time();
    wait_readable();
}

/// A deadline counts from when its part begins, not from each byte: a slow sender cannot move it.
void HttpConnection::keep_time()
{
    if (blocked_ || state_ == State::closing || !is_open())
        return;
    const auto& options = server_.options_;
    Wait wait = Wait::header;
    Duration time = options.header_time;
    if (state_ == State::answering) {
        wait = Wait::nothing;
    } else if (parser_.state() == HttpParser::State::body) {
        wait = Wait::body;
        time = options.body_time + Duration(1'000 * parser_.head().body.size() / kBodyBytesPerSecond);
    } else if (parser_.between_requests() && request_ > 0) {
        wait = Wait::next_request;
        time = options.keep_alive;
    }
    if (wait != wait_)
        since_ = loop_.now();
    else if (wait != Wait::body)
        return;
    wait_ = wait;
    if (wait == Wait::nothing)
        cancel();
    else
        loop_.timers().arm(*this, since_ + time);
}

void HttpConnection::on_readable()
{
    const Ref<HttpConnection> alive(this);
    const auto got = read();
    if (got.closed)
        return on_end_of_sending();
    if (state_ != State::closing && got.bytes > 0) {
        unread_.append(loop_.read_buffer().data(), got.bytes);
        parse();
        server_.bound_inbound();
    }
    read_on();
}

void HttpConnection::on_end_of_sending()
{
    flush();
    if (outgoing_.empty() || state_ == State::answering)
        return end();
    send("", true);
}

void HttpConnection::read_on()
{
    if (unread_bytes() < server_.options_.pipeline_bytes)
        wait_readable();
}

void HttpConnection::parse()
{
    if (parsing_)
        return;
    parsing_ = true;
    const auto more = [this] {
        return state_ == State::reading && is_open() && unread_bytes() > 0 &&
               outgoing_.size() < server_.options_.pipeline_bytes;
    };
    while (more()) {
        parsed_ += parser_.feed(std::string_view(unread_).substr(parsed_));
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
    unread_.erase(0, std::exchange(parsed_, 0));
    if (parser_.state() == HttpParser::State::body && !std::exchange(announced_, true))
        server_.handler_.on_head(parser_.head(), Exchange{number(), request_ + 1});
    if (unread_.empty())
        std::string().swap(unread_);
    keep_time();
    server_.count_inbound(*this);
}

std::size_t HttpConnection::inbound_bytes() const { return unread_.size() + parser_.head().body.size(); }

void HttpConnection::shed_outbound()
{
    server_.counts_.shed_outbound.add();
    end();
}

void HttpConnection::shed_inbound()
{
    server_.counts_.shed_inbound.add();
    if (state_ != State::reading)
        return end();
    std::string().swap(unread_);
    parser_ = HttpParser(server_.options_.parser);
    HttpResponse response;
    response.status = 503;
    send(response, false, false);
}

void HttpConnection::hand_request()
{
    HttpRequest request = parser_.take();
    if (peer_.empty())
        peer_ = peer_address();
    request.peer = peer_;
    state_ = State::answering;
    announced_ = false;
    ++request_;
    keep_time();
    head_only_ = request.method == "HEAD";
    keep_alive_ = request.keep_alive && request_ < server_.options_.keep_alive_requests && !server_.stops_reusing_;
    server_.handler_.on_request(std::move(request), Exchange{number(), request_});
}

void HttpConnection::respond(const HttpResponse& response)
{
    const bool keep = keep_alive_ && !response.close;
    state_ = State::reading;
    send(response, keep, head_only_);
    if (!keep)
        return;
    keep_time();
    parse();
    read_on();
}

void HttpConnection::refuse(HttpError error)
{
    auto& counts = server_.counts_;
    (error == HttpError::body_too_large     ? counts.large_bodies
     : error == HttpError::header_too_large ? counts.large_headers
                                            : counts.bad_requests)
        .add();
    if (error == HttpError::body_too_large) {
        announced_ = false;
        const auto answer = server_.handler_.too_large(parser_.head(), Exchange{number(), request_ + 1});
        return send(answer, false, parser_.head().method == "HEAD");
    }
    send(write_error(error, http_date(loop_.wall_time().unix_ms / 1000)), true);
}

void HttpConnection::send(const HttpResponse& response, bool keep, bool head_only)
{
    send(
        write_response(
            response, keep, head_only, http_date(loop_.wall_time().unix_ms / 1000),
            server_.options_.keep_alive.count() / 1000
        ),
        !keep
    );
}

void HttpConnection::send(std::string bytes, bool close_behind)
{
    outgoing_ += bytes;
    owed_ += bytes.size();
    loop_.backlog().count(counted_, outgoing_.size());
    close_behind_ = close_behind_ || close_behind;
    if (close_behind_)
        state_ = State::closing;
    loop_.touch(*this);
}

void HttpConnection::flush()
{
    const Ref<HttpConnection> alive(this);
    std::size_t sent = 0;
    while (is_open() && sent < outgoing_.size()) {
        const iovec part{outgoing_.data() + sent, outgoing_.size() - sent};
        const auto result = write(std::span(&part, 1));
        if (result.closed)
            return end();
        sent += result.bytes;
        if (result.blocked) {
            outgoing_.erase(0, sent);
            loop_.backlog().count(counted_, outgoing_.size());
            if (!std::exchange(blocked_, true))
                watch_reading();
            return wait_writable();
        }
    }
    std::string().swap(outgoing_);  // assigning {} would keep its memory
    loop_.backlog().count(counted_, 0);
    if (std::exchange(blocked_, false)) {
        wait_ = Wait::nothing;
        cancel();
        keep_time();
    }
    if (is_open() && close_behind_ && !lingering_)
        return linger();
    // Requests that waited for room are taken up by the loop: no handler is called from inside of a flush.
    if (state_ == State::reading && unread_bytes() > 0)
        loop_.post([alive] {
            alive->parse();
            alive->read_on();
        });
}

void HttpConnection::on_writable() { flush(); }

/// A reader is given time after time as long as it takes enough in each. Asked of the kernel: that says "writable" only
/// when a good part of its buffer is free, which may be long after.
void HttpConnection::watch_reading()
{
    owed_ = outgoing_.size() + unacknowledged();
    loop_.timers().arm(*this, loop_.now() + server_.options_.body_time);
}

bool HttpConnection::reads_too_slowly() const
{
    const auto least = static_cast<std::size_t>(server_.options_.body_time.count()) * kBodyBytesPerSecond / 1'000;
    return outgoing_.size() + unacknowledged() + least > owed_;
}

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
    if (blocked_ && !reads_too_slowly())
        return watch_reading();
    if (state_ == State::reading && !parser_.between_requests() && outgoing_.empty()) {
        server_.counts_.late_requests.add();
        HttpResponse late;
        late.status = 408;
        return send(late, false, false);
    }
    end();
}

void HttpConnection::close_soon()
{
    keep_alive_ = false;
    if (is_idle())
        on_readable();  // a request that is here already is no idleness
    if (!is_open() || !is_idle())
        return;
    if (request_ == 0)
        loop_.timers().arm(*this, loop_.now() + kFirst);
    else if (outgoing_.empty())
        end();
    else
        send("", true);
}

HttpConnection::HandedOver HttpConnection::hand_over()
{
    unread_.erase(0, std::exchange(parsed_, 0));
    state_ = State::closing;
    loop_.backlog().count(counted_, 0);
    return {take_socket(), std::exchange(unread_, {}), std::exchange(outgoing_, {})};
}

void HttpConnection::end()
{
    const Ref<HttpConnection> alive(this);
    const bool answer_due = state_ == State::answering;
    const std::uint32_t due = announced_ ? request_ + 1 : request_;
    state_ = State::closing;
    std::string().swap(outgoing_);
    loop_.backlog().count(counted_, 0);
    close();
    server_.erase(number());
    if (answer_due || std::exchange(announced_, false))
        server_.handler_.on_gone(Exchange{number(), due});
}

}  // namespace wgw::net
