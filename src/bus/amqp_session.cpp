#include "bus/amqp_session.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace wgw::bus {
namespace {

using amqp::Method;

constexpr std::uint16_t kChannel = 1;
constexpr std::uint16_t kMostChannels = 2047;
constexpr std::uint32_t kLeastFrame = 4'096;
constexpr std::size_t kReserved = std::size_t{1} << 20;  // for a body at once: whoever announces more has to send it
constexpr std::size_t kMostWritten = std::size_t{1}
                                     << 20;  // kept in front of what is to be written, not to move that each time
constexpr Duration kBeat = AmqpSession::kHeartbeat / 2;

std::string advice_for(std::uint16_t code)
{
    switch (code) {
    case 403:
        return " Check RMQ_USER and RMQ_PASS (guest may only sign in on the broker's own machine), and what the user "
               "may do: "
               "rabbitmqctl list_permissions.";
    case 406:
        return " A queue of that name has other properties than ours, which are not durable: delete it with "
               "rabbitmqctl "
               "delete_queue when nothing in it is needed.";
    case 530:
        return " Check the vhost of RMQ_URL, and what the user may do: rabbitmqctl list_permissions.";
    default:
        return "";
    }
}

std::string tag_of(std::size_t consumer) { return "wgw-" + std::to_string(consumer); }

std::optional<std::size_t> consumer_of(std::string_view tag)
{
    if (!tag.starts_with("wgw-"))
        return {};
    std::size_t place = 0;
    const auto [end, error] = std::from_chars(tag.data() + 4, tag.data() + tag.size(), place);
    return error == std::errc() && end == tag.data() + tag.size() ? std::optional(place) : std::nullopt;
}

}  // namespace

AmqpSession::AmqpSession(const Plan& plan, Instant now) : plan_(plan), began_(now), heard_(now), beat_(now)
{
    amqp::append_protocol_header(out_);
}

void AmqpSession::fail(std::string why)
{
    if (state_ == State::closed)
        return;
    state_ = State::closed;
    why_ = std::move(why);
}

/// The broker has closed connection or channel.
void AmqpSession::end(std::string_view payload, std::string_view what)
{
    const auto close = reader_.close(payload);
    amqp::append_close_ok(out_);
    if (!close)
        return fail("RabbitMQ has closed " + std::string(what) + ".");
    fail(
        "RabbitMQ has closed " + std::string(what) + ": " + std::to_string(close->code) + " " +
        std::string(close->text) + "." + advice_for(close->code)
    );
}

void AmqpSession::receive(std::string_view bytes, Instant since, Instant now)
{
    heard_ = now;
    std::string_view rest = bytes;
    if (!in_.empty()) {
        in_ += bytes;
        rest = in_;
    }
    while (state_ != State::closed) {
        amqp::Frame frame{};
        const auto took = amqp::take_frame(rest, most_frame_, frame);
        if (took == amqp::Took::incomplete)
            break;
        if (took == amqp::Took::broken) {
            fail(
                rest.starts_with("AMQP") ? "The server does not speak AMQP 0-9-1. Is RMQ_PORT that of RabbitMQ?"
                                         : "What came is no AMQP. Is RMQ_PORT that of RabbitMQ (5672), without TLS?"
            );
            break;
        }
        on_frame(frame, since);
    }
    if (state_ == State::closed)
        in_.clear();
    else if (in_.empty())
        in_ = rest;
    else
        in_.erase(0, in_.size() - rest.size());
}

void AmqpSession::on_frame(const amqp::Frame& frame, Instant since)
{
    switch (frame.type) {
    case amqp::FrameType::method:
        if (const auto method = amqp::method_of(frame.payload))
            return on_method(*method, frame.payload, since);
        return fail("RabbitMQ has sent a frame without a method.");
    case amqp::FrameType::header:
        return on_header(frame.payload);
    case amqp::FrameType::body:
        return on_body(frame.payload);
    case amqp::FrameType::heartbeat:
        return;
    }
    fail("What came is no AMQP. Is RMQ_PORT that of RabbitMQ (5672), without TLS?");
}

void AmqpSession::on_method(Method method, std::string_view payload, Instant since)
{
    if (content_ != Content::none)
        return fail("RabbitMQ has sent a method in the middle of a message.");
    switch (method) {
    case Method::connection_close:
        return end(payload, "the connection");
    case Method::channel_close:
        return end(payload, "the channel");
    case Method::connection_close_ok:
        return fail("It was closed.");
    case Method::connection_blocked: {
        const auto reason = reader_.blocked(payload);
        blocked_ = "RabbitMQ takes no messages: " + std::string(reason.value_or("blocked")) +
                   ". Make room: rabbitmqctl status shows its alarms.";
        return;
    }
    case Method::connection_unblocked:
        blocked_.clear();
        return;
    case Method::basic_cancel:
        return fail("RabbitMQ has deleted a queue that is consumed.");
    case Method::basic_deliver: {
        const auto deliver = reader_.deliver(payload);
        const auto consumer = deliver ? consumer_of(deliver->consumer) : std::nullopt;
        if (!consumer || *consumer >= plan_.consumers.size())
            return fail("RabbitMQ has sent a message that nobody consumes.");
        delivery_ = {
            .consumer = *consumer, .tag = deliver->tag, .is_redelivered = deliver->is_redelivered, .since = since
        };
        content_ = Content::header;
        return;
    }
    default:
        if (state_ == State::opening)
            on_opening(method, payload);
    }
}

void AmqpSession::on_opening(Method method, std::string_view payload)
{
    switch (method) {
    case Method::connection_start:
        return sign_in(payload);
    case Method::connection_tune:
        return agree(payload);
    case Method::connection_open_ok:
        return set_up();
    case Method::channel_open_ok:
    case Method::queue_declare_ok:
    case Method::basic_qos_ok:
    case Method::basic_consume_ok:
        if (awaited_ == 0)
            return fail("RabbitMQ has sent what was not asked for.");
        --awaited_;
        if (awaited_ == 0)
            state_ = State::open;
        return;
    default:
        return fail("RabbitMQ has sent what was not asked for.");
    }
}

void AmqpSession::sign_in(std::string_view payload)
{
    const auto start = reader_.start(payload);
    if (!start || !start->mechanisms.contains("PLAIN"))
        return fail("RabbitMQ does not let anybody sign in with a password. Allow PLAIN in auth_mechanisms.");
    server_ = start->version;
    amqp::append_start_ok(out_, plan_.program, plan_.address.user, plan_.address.password);
}

void AmqpSession::agree(std::string_view payload)
{
    const auto tune = reader_.tune(payload);
    if (!tune)
        return fail("RabbitMQ has sent a broken method.");
    if (tune->most_frame != 0)
        most_frame_ = std::clamp(tune->most_frame, kLeastFrame, amqp::kMostFrame);
    const auto channels = tune->channels == 0 ? kMostChannels : std::min(tune->channels, kMostChannels);
    constexpr auto kSeconds = std::chrono::duration_cast<std::chrono::seconds>(kHeartbeat).count();
    amqp::append_tune_ok(out_, channels, most_frame_, static_cast<std::uint16_t>(kSeconds));
    amqp::append_open(out_, plan_.address.vhost);
}

/// All at once: the broker answers in order, and closes the channel over what it refuses.
void AmqpSession::set_up()
{
    amqp::append_channel_open(out_, kChannel);
    for (const auto& queue : plan_.queues)
        amqp::append_queue_declare(out_, kChannel, queue);
    for (const auto& [name, heir] : plan_.own_queues)
        amqp::append_queue_declare(out_, kChannel, name, heir);
    amqp::append_qos(out_, kChannel, plan_.prefetch);
    for (std::size_t i = 0; i < plan_.consumers.size(); ++i)
        amqp::append_consume(out_, kChannel, plan_.consumers[i].queue, tag_of(i), !plan_.consumers[i].is_settled);
    awaited_ = 2 + plan_.queues.size() + plan_.own_queues.size() + plan_.consumers.size();
}

void AmqpSession::on_header(std::string_view payload)
{
    const auto size = amqp::Reader::body_size(payload);
    if (content_ != Content::header || !size)
        return fail("RabbitMQ has sent a message out of order.");
    delivery_.is_broken = !reader_.properties(payload, delivery_) || *size > plan_.most_body;
    missing_ = *size;
    content_ = Content::body;
    if (!delivery_.is_broken)
        delivery_.body.reserve(std::min<std::size_t>(missing_, kReserved));
    if (missing_ == 0)
        finish_delivery();
}

void AmqpSession::on_body(std::string_view payload)
{
    if (content_ != Content::body || payload.size() > missing_)
        return fail("RabbitMQ has sent a message out of order.");
    if (!delivery_.is_broken)
        delivery_.body += payload;
    missing_ -= payload.size();
    if (missing_ == 0)
        finish_delivery();
}

void AmqpSession::finish_delivery()
{
    content_ = Content::none;
    deliveries_.push_back(std::move(delivery_));
    delivery_ = {};
}

void AmqpSession::tick(Instant now)
{
    if (state_ == State::closed)
        return;
    if (state_ == State::opening && now >= began_ + kOpening)
        return fail(
            "RabbitMQ does not answer. Is it running, and is RMQ_PORT its port? A broker that starts takes a while."
        );
    if (now >= heard_ + kSilence)
        return fail("RabbitMQ has been silent for too long.");
    if (state_ == State::opening || now < beat_ + kBeat)
        return;
    beat_ = now;
    if (output().empty())
        amqp::append_heartbeat(out_);
}

Instant AmqpSession::next_tick() const
{
    return state_ == State::opening ? began_ + kOpening : std::min(heard_ + kSilence, beat_ + kBeat);
}

void AmqpSession::wrote(std::size_t bytes, Instant now)
{
    beat_ = now;
    written_ += bytes;
    if (written_ < out_.size() && written_ < kMostWritten)
        return;
    out_.erase(0, written_);
    written_ = 0;
}

bool AmqpSession::publish(const Publication& message, Instant now)
{
    std::optional<std::int64_t> ttl_ms;
    if (message.deadline != kNever) {
        if (message.deadline <= now)
            return false;
        ttl_ms = (message.deadline - now).count();
    }
    amqp::append_publication(out_, kChannel, most_frame_, message, ttl_ms);
    return true;
}

void AmqpSession::settle(std::uint64_t tag, Settled how)
{
    if (how == Settled::done)
        amqp::append_ack(out_, kChannel, tag);
    else
        amqp::append_requeue(out_, kChannel, tag);
}

void AmqpSession::cancel()
{
    for (std::size_t i = 0; i < plan_.consumers.size(); ++i)
        amqp::append_cancel(out_, kChannel, tag_of(i));
}

void AmqpSession::close()
{
    amqp::append_close(out_);
    state_ = State::closing;
}

}  // namespace wgw::bus
