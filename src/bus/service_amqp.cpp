#include "bus/service_amqp.hpp"

#include "base/all.hpp"
#include "base/log.hpp"
#include "base/log_stray.hpp"
#include "bus/batch.hpp"
#include "bus/operation.hpp"
#include "model/caller.hpp"
#include "model/result.hpp"

#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>

namespace wgw::bus {
namespace {

AmqpSession::Plan plan_of(ServiceAmqp::Options& options, const std::vector<ServedQueue>& queues)
{
    AmqpSession::Plan plan{
        .address = std::move(options.address),
        .program = std::move(options.program),
        .prefetch = options.most_under_way,
        .most_body = kMostRequestBytes,
    };
    for (const auto& queue : queues) {
        if (queue.heir.empty())
            plan.queues.push_back(queue.name);
        else
            plan.own_queues.push_back({queue.name, queue.heir});
        plan.consumers.push_back({.queue = queue.name, .is_settled = true});
    }
    return plan;
}

ServeResult result_of(const Answer& answer)
{
    switch (answer.kind) {
    case Answer::Kind::value:
    case Answer::Kind::nothing:
        return ServeResult::answered;
    case Answer::Kind::error:
        return ServeResult::error;
    case Answer::Kind::no_handler:
        return ServeResult::no_handler;
    }
    return ServeResult::error;
}

}  // namespace

/// A request that is under way.
struct ServiceAmqp::Arrival {
    Generation generation = 0;
    std::uint64_t tag = 0;
    std::string queue;
    std::string reply_to;
    std::optional<std::string> correlation_id;
    std::optional<std::string> id;  ///< Nothing: it is an event.
    Request request;
};

/// The same for the log, with what has become of it.
struct ServiceAmqp::Asked {
    std::string_view queue;
    std::string_view pattern;
    std::string request_id;
    ServeResult result = ServeResult::answered;
    std::string cause = {};
};

ServiceAmqp::ServiceAmqp(Options options, std::vector<ServedQueue> queues, Outlet& outlet, const Clock& clock)
    : queues_(std::move(queues)), clock_(clock), state_{.since = clock.monotonic()},
      connection_(plan_of(options, queues_), *this, outlet, clock), scope_(log_stray)
{
}

void ServiceAmqp::drain()
{
    if (!std::exchange(is_draining_, true))
        connection_.cancel();
}

void ServiceAmqp::on_deliveries(Generation generation, std::vector<Delivery> deliveries)
{
    for (auto& delivery : deliveries)
        take_up(generation, std::move(delivery));
}

void ServiceAmqp::take_up(Generation generation, Delivery delivery)
{
    if (is_draining_) {
        counts_.of(ServeResult::requeued).add();
        return connection_.settle(generation, delivery.tag, Settled::again);
    }
    if (delivery.is_redelivered)
        counts_.redelivered.add();
    if (delivery.is_broken)
        return drop(generation, delivery, text_of(Dropped::too_large));
    if (is_late(delivery)) {
        counts_.of(ServeResult::expired).add();
        return connection_.settle(generation, delivery.tag, Settled::done);
    }
    auto request = decode_request(delivery.body);
    if (!request)
        return drop(generation, delivery, text_of(request.error()));
    const auto& queue = queues_[delivery.consumer];
    if (!request->id && !queue.bindings.contains(request->pattern))
        return drop(generation, delivery, "nobody here handles this event");
    if (!is_request_id(delivery.message_id))
        delivery.message_id.clear();
    Arrival arrival{
        .generation = generation,
        .tag = delivery.tag,
        .queue = queue.name,
        .reply_to = std::move(delivery.reply_to),
        .correlation_id = std::move(delivery.correlation_id),
        .id = std::move(request->id),
        .request =
            {std::move(request->pattern), std::move(request->data), std::move(delivery.headers),
                      std::move(delivery.message_id)},
    };
    const auto place = queue.bindings.find(arrival.request.pattern);
    if (place != queue.bindings.end()) {
        scope_.spawn(serve(*place, std::move(arrival)));
    } else if (arrival.request.pattern == kBatchPattern) {
        scope_.spawn(serve_batch(queue, std::move(arrival)));
    } else {
        counts_.of(ServeResult::no_handler).add();
        reply(arrival, {.kind = Answer::Kind::no_handler});
    }
}

/// The broker takes the expiration from what a queue hands to its heir: that has the time in a header. It is of the sender's
/// clock, so it counts only there: where clocks differ, what an heir gets is lost, and nothing else.
bool ServiceAmqp::is_late(const Delivery& delivery) const
{
    if (delivery.expiration)
        return delivery.since + *delivery.expiration <= clock_.monotonic();
    const auto until = header_of(delivery.headers, kUntilHeader);
    std::int64_t unix_ms = 0;
    const auto [end, error] = std::from_chars(until.data(), until.data() + until.size(), unix_ms);
    return !until.empty() && error == std::errc() && clock_.now().unix_ms > unix_ms;
}

void ServiceAmqp::drop(Generation generation, const Delivery& delivery, std::string_view why)
{
    counts_.of(ServeResult::dropped).add();
    log::warn(
        "A message on a queue was dropped; somebody sends what is no request of ours.",
        {
            {"queue", queues_[delivery.consumer].name},
            {"what",  why                            },
            {"bytes", delivery.body.size()           }
    }
    );
    connection_.settle(generation, delivery.tag, Settled::done);
}

// `bound` is of queues_.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters)
Task<void> ServiceAmqp::serve(const Bound& bound, Arrival arrival)
{
    Answer answered;
    co_await answer(&bound, arrival.queue, std::move(arrival.request), answered);
    reply(arrival, answered);
}

// `queue` is of queues_.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters)
Task<void> ServiceAmqp::serve_batch(const ServedQueue& queue, Arrival arrival)
{
    auto requests = decode_batch(arrival.request.data);
    if (!requests) {
        counts_.of(ServeResult::error).add();
        co_return reply(arrival, error_answer(Errc::internal));
    }
    std::vector<Answer> answers(requests->size());
    std::vector<Task<void>> tasks;
    for (std::size_t i = 0; i < requests->size(); ++i) {
        auto& request = (*requests)[i];
        const auto found = queue.bindings.find(request.pattern);
        const Bound* bound = found == queue.bindings.end() ? nullptr : &*found;
        tasks.push_back(answer(bound, queue.name, std::move(request), answers[i]));
    }
    co_await all(std::move(tasks));
    reply(arrival, {.kind = Answer::Kind::value, .json = encode_batch_answers(answers)});
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): whoever asks awaits it
Task<void> ServiceAmqp::answer(const Bound* bound, std::string_view queue, Request request, Answer& answer)
{
    if (bound == nullptr) {
        counts_.of(ServeResult::no_handler).add();
        answer.kind = Answer::Kind::no_handler;
        co_return;
    }
    const std::int64_t began_us = clock_.monotonic_us();
    Asked asked{.queue = queue, .pattern = bound->first, .request_id = request.request_id};
    answer = co_await fenced(bound->second, std::move(request), asked);
    counts_.of(asked.result).add();
    const auto duration_us = clock_.monotonic_us() - began_us;
    counts_.seconds.observe(static_cast<std::uint64_t>(duration_us));
    note(asked, duration_us);
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): answer() awaits it
Task<Answer> ServiceAmqp::fenced(const Handler& handler, Request request, Asked& asked)
{
    Answer answer{.kind = Answer::Kind::error};
    try {
        Task<Answer> task = handler(std::move(request));
        answer = co_await std::move(task);
        asked.result = result_of(answer);
        co_return answer;
    } catch (const Unavailable& away) {
        // Whoever is away has told the operator.
        asked.result = ServeResult::unavailable;
        asked.cause = away.what();
        answer.json = unavailable_error();
    } catch (const std::exception& error) {
        asked.result = ServeResult::failed;
        asked.cause = error.what();
        answer.json = internal_error();
    }
    co_return answer;
}

void ServiceAmqp::note(const Asked& asked, std::int64_t duration_us)
{
    const bool failed = asked.result == ServeResult::failed;
    const auto level = failed ? log::Level::error : log::Level::debug;
    if (!log::is_on(level))
        return;
    log::write(
        level, failed ? "A request of another service failed." : "A request of another service was answered.",
        {
            {"request_id",  asked.request_id                                     },
            {"queue",       asked.queue                                          },
            {"pattern",     asked.pattern                                        },
            {"result",      kServeResults[static_cast<std::size_t>(asked.result)]},
            {"duration_us", duration_us                                          },
            {"what",        asked.cause                                          },
    }
    );
}

/// The broker forgets the request before it sees the reply, on one channel and out of one buffer: there are reply-tos
/// over which it ends the connection, and such a request must not come again.
void ServiceAmqp::reply(const Arrival& arrival, const Answer& answer)
{
    connection_.settle(arrival.generation, arrival.tag, Settled::done);
    if (!arrival.id || arrival.reply_to.empty())
        return;
    Publication message{
        .queue = arrival.reply_to,
        .body = encode_reply(answer, *arrival.id),
        .headers = answer.headers,
        .correlation_id = arrival.correlation_id,
    };
    // False: the connection is lost, and somebody gets the request again; or there is no room: who asked hears nothing.
    connection_.publish(std::move(message));
}

void ServiceAmqp::on_up(Generation) { come_up(); }

void ServiceAmqp::come_up()
{
    link_counts_.connects.add();
    const Instant now = clock_.monotonic();
    log::info(
        "RabbitMQ is there: requests of other services arrive.",
        {
            {"address", connection_.address().text()},
            {"away_ms", (now - state_.since).count()}
    }
    );
    state_ = {.is_up = true, .since = now, .why = {}};
}

void ServiceAmqp::on_away(const std::string& why) { go_down(why); }

void ServiceAmqp::go_down(const std::string& why)
{
    state_.why = why;
    if (std::exchange(state_.is_up, false)) {
        link_counts_.losses.add();
        state_.since = clock_.monotonic();
    }
    log::warn(
        "RabbitMQ is away: no request of another service arrives or is answered.",
        {
            {"address", connection_.address().text()},
            {"what",    why                         }
    }
    );
}

void ServiceAmqp::on_blocked(const std::string& why)
{
    if (why.empty())
        come_up();
    else
        go_down(why);
}

}  // namespace wgw::bus
