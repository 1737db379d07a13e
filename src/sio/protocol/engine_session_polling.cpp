// Long-polling: requests in, answers out. Each request is answered exactly once.

#include "codec/utf8.hpp"
#include "sio/protocol/engine_handshake.hpp"
#include "sio/protocol/engine_session.hpp"

#include <algorithm>

namespace wgw::sio {

namespace {

constexpr std::string_view kText = "text/plain; charset=UTF-8";
constexpr std::string_view kHtml = "text/html";
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kSidUnknown = R"({"code":1,"message":"Session ID unknown"})";
constexpr std::string_view kBadRequest = R"({"code":3,"message":"Bad request"})";

Answer empty_answer(Number request, int status) { return {.request = request, .status = status}; }

Answer json_answer(Number request, std::string_view body)
{
    return {.request = request, .status = 400, .content_type = kJson, .body = body};
}

std::size_t count_packets(std::string_view body)
{
    return 1 + static_cast<std::size_t>(std::ranges::count(body, '\x1e'));
}

}  // namespace

/// Answers a request that comes too late for its session. False: it does not.
bool EngineSession::refused(Number request, EngineOutput& out)
{
    const bool over = state_ == State::closed;
    if (!over && transport_ == Transport::polling)
        return false;
    out.add(json_answer(request, over ? kSidUnknown : kBadRequest));
    return true;
}

void EngineSession::get(Number request, Instant now, EngineOutput& out)
{
    tick(now, out);
    if (refused(request, out))
        return;
    if (held_ != 0) {
        out.add(empty_answer(request, 400));
        return fail(CloseReason::transport_error, out);
    }
    held_ = request;
    if (state_ != State::closing)
        return;
    if (!queue_.empty())
        return answer_held(std::min(queue_.size(), options_->poll_packets), {}, out);
    queue_.push(Frame::text("6"));  // as recorded: a late GET reads 6 and 1
    answer_held(queue_.size(), "1", out);
    state_ = State::closed;
    limit_ = kNever;
    drop_probe(out);
}

bool EngineSession::post_begun(Number request, Instant now, EngineOutput& out)
{
    tick(now, out);
    if (refused(request, out))
        return false;
    if (reading_ != 0) {
        out.add(empty_answer(request, 400));
        fail(CloseReason::transport_error, out);
        return false;
    }
    reading_ = request;
    return true;
}

void EngineSession::post(Number request, std::string_view body, PostBody kind, Instant now, EngineOutput& out)
{
    if (reading_ != request && !post_begun(request, now, out))
        return;
    tick(now, out);
    if (refused(request, out))
        return;
    reading_ = 0;

    if (body.size() > options_->max_payload)
        return out.add(Answer{.request = request, .status = 413, .close_connection = true});
    if (kind == PostBody::not_text) {
        out.add(json_answer(request, kBadRequest));
        return fail(CloseReason::transport_error, out);
    }
    if (count_packets(body) > options_->post_packets) {
        out.add(json_answer(request, kBadRequest));
        return fail(CloseReason::parse_error, out);
    }
    receive_body(body, now, out);
    out.add(Answer{.request = request, .content_type = kHtml, .body = "ok"});
}

void EngineSession::receive_body(std::string_view body, Instant now, EngineOutput& out)
{
    if (state_ == State::open && !is_utf8(body))
        return fail(CloseReason::parse_error, out);
    PollPackets packets(body);
    for (auto text = packets.next(); text && state_ == State::open; text = packets.next())
        receive_text(*text, now, out);
}

void EngineSession::gone(Number request, EngineOutput& out)
{
    if (request != held_ && request != reading_)
        return;
    (request == held_ ? held_ : reading_) = 0;
    fail(CloseReason::transport_error, out);
}

void EngineSession::flush(EngineOutput& out)
{
    if (state_ == State::leaving) {
        queue_.clear();
        if (held_ != 0)
            answer_held(0, "6", out);
        state_ = State::closed;
        return;
    }
    if (held_ == 0)
        return;
    if (!queue_.empty())
        return answer_held(std::min(queue_.size(), options_->poll_packets), {}, out);
    if (probed_)
        answer_held(0, "6", out);
}

/// Answers the held GET with the first `packets` of the queue and, unless it is empty, `last_packet`.
void EngineSession::answer_held(std::size_t packets, std::string_view last_packet, EngineOutput& out)
{
    std::string body;
    bool compress = false;
    for (const auto& frame : queue_.frames().first(packets)) {
        append_poll_packet(body, frame);
        compress = compress || !frame.is_incompressible();
    }
    queue_.pop(packets);
    if (!last_packet.empty())
        append_poll_packet(body, last_packet);
    out.add(Answer{
        .request = held_,
        .content_type = kText,
        .body = out.keep(std::move(body)),
        .compress = compress,
        .packets = packets
    });
    held_ = 0;
}

}  // namespace wgw::sio
