#include "bus/calls_amqp.hpp"

#include "base/log.hpp"
#include "bus/nest_packet.hpp"
#include "model/result.hpp"

#include <utility>
#include <variant>

namespace wgw::bus {
namespace {

constexpr std::string_view kReplyTo = "amq.rabbitmq.reply-to";

AmqpSession::Plan plan_of(CallsAmqp::Options& options)
{
    return {
        .address = std::move(options.address),
        .program = std::move(options.program),
        .queues = std::move(options.queues),
        .consumers = {{.queue = std::string(kReplyTo), .is_settled = false}},
        .most_body = kMostReplyBytes,
    };
}

CallResult result_of(const Answer& answer)
{
    switch (answer.kind) {
    case Answer::Kind::value:
    case Answer::Kind::nothing:
        return CallResult::answered;
    case Answer::Kind::error:
        return CallResult::error;
    case Answer::Kind::no_handler:
        return CallResult::no_handler;
    }
    return CallResult::error;
}

}  // namespace

CallsAmqp::CallsAmqp(Options options, Outlet& outlet, const Clock& clock, Random& random)
    : clock_(clock), ids_(random), book_(ids_), state_{.since = clock.monotonic()},
      connection_(plan_of(options), *this, outlet, clock)
{
}

Task<Answer> CallsAmqp::call(std::string_view queue, Request request, Duration patience)
{
    if (!state_.is_up || is_stopped_) {
        counts_.of(CallResult::away).add();
        throw NotAsked(state_.why.empty() ? "There is no connection to RabbitMQ." : state_.why);
    }
    std::size_t bytes = request.pattern.size() + request.data.size();
    for (const auto& header : request.headers)
        bytes += header.name.size() + header.value.size();
    if (!book_.has_room(bytes)) {
        counts_.of(CallResult::full).add();
        throw NotAsked("Too many calls to other services are under way.");
    }
    const std::int64_t began_us = clock_.monotonic_us();
    const Instant deadline = Instant{began_us / 1'000} + patience;
    bool is_refused = false;
    auto start = [&](CallBook::Done done) {
        const std::string id = book_.begin(deadline, bytes, std::move(done));
        Publication message{
            .queue = std::string(queue),
            .body = encode_request(request.pattern, request.data, id),
            .headers = std::move(request.headers),
            .correlation_id = id,
            .message_id = std::move(request.request_id),
            .reply_to = std::string(kReplyTo),
            .is_transient = true,
            .deadline = deadline,
        };
        is_refused = !connection_.publish(std::move(message));
        if (is_refused)
            book_.give_up(id);
    };
    CallBook::Outcome outcome = co_await callback<CallBook::Outcome>(start);
    if (is_refused) {
        counts_.of(CallResult::full).add();
        throw NotAsked("RabbitMQ takes calls to other services more slowly than they are made.");
    }
    if (const auto* why = std::get_if<Unanswered>(&outcome)) {
        counts_.of(*why == Unanswered::late ? CallResult::late : CallResult::lost).add();
        if (*why == Unanswered::late)
            throw Unavailable("The service " + std::string(queue) + " has not answered in time.");
        throw Unavailable("RabbitMQ was lost during a call.");
    }
    auto& answer = std::get<Answer>(outcome);
    counts_.of(result_of(answer)).add();
    counts_.seconds.observe(static_cast<std::uint64_t>(clock_.monotonic_us() - began_us));
    co_return std::move(answer);
}

void CallsAmqp::stop()
{
    is_stopped_ = true;
    connection_.stop();
    book_.fail_all();
}

void CallsAmqp::on_up(Generation) { come_up(); }

void CallsAmqp::come_up()
{
    link_counts_.connects.add();
    const Instant now = clock_.monotonic();
    log::info(
        "RabbitMQ is there: other services can be called.",
        {
            {"address", connection_.address().text()},
            {"away_ms", (now - state_.since).count()}
    }
    );
    state_ = {.is_up = true, .since = now, .why = {}};
}

void CallsAmqp::go_down(const std::string& why)
{
    const bool was_up = std::exchange(state_.is_up, false);
    state_.why = why;
    if (was_up) {
        link_counts_.losses.add();
        state_.since = clock_.monotonic();
    }
    log::warn(
        "RabbitMQ is away: what needs other services is refused until it is back.",
        {
            {"address", connection_.address().text()},
            {"what",    why                         }
    }
    );
}

void CallsAmqp::on_away(const std::string& why)
{
    go_down(why);
    book_.fail_all();
}

// Calls under way may be answered all the same.
void CallsAmqp::on_blocked(const std::string& why)
{
    if (why.empty())
        come_up();
    else
        go_down(why);
}

void CallsAmqp::on_deliveries(Generation, std::vector<Delivery> deliveries)
{
    for (auto& delivery : deliveries) {
        IncomingReply reply = delivery.is_broken ? IncomingReply{.answer = Answer{.kind = Answer::Kind::error, .json = internal_error()}}
                                                 : decode_reply(delivery.body);
        if (!book_.reply(delivery.correlation_id.value_or(""), std::move(reply), std::move(delivery.headers)))
            counts_.unexpected.add();
    }
}

}  // namespace wgw::bus
