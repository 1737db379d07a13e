#include "bus/batching_calls.hpp"

#include "base/log_stray.hpp"
#include "bus/operation.hpp"
#include "model/result.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace wgw::bus {
namespace {

std::size_t bytes_of(const Request& request)
{
    std::size_t bytes = request.pattern.size() + request.data.size();
    for (const auto& header : request.headers)
        bytes += header.name.size() + header.value.size();
    return bytes;
}

}  // namespace

BatchingCalls::BatchingCalls(Calls& calls, const Clock& clock) : calls_(calls), clock_(clock), scope_(log_stray) {}

Task<Answer> BatchingCalls::call(std::string_view queue, Request request, Duration patience)
{
    if (!is_of_one_process(queue) || !fits_a_batch(request))
        co_return co_await calls_.call(queue, std::move(request), patience);
    std::vector<Request> one;
    one.push_back(std::move(request));
    auto answers = co_await call_together(std::string(queue), std::move(one), patience);
    co_return std::move(answers.front());
}

Task<std::vector<Answer>> BatchingCalls::call_together(
    std::string queue, std::vector<Request> requests, Duration patience
)
{
    if (!std::ranges::all_of(requests, fits_a_batch))
        throw NotAsked("A request has a header that is no text.");
    if (patience < kLeast || is_stopped_)
        co_return co_await ask(std::move(queue), std::move(requests), patience);
    auto start = [&](Done done) { add(queue, std::move(requests), patience, std::move(done)); };
    auto outcome = co_await callback<Outcome>(start);
    if (const auto* error = std::get_if<std::exception_ptr>(&outcome))
        std::rethrow_exception(*error);
    co_return std::get<std::vector<Answer>>(std::move(outcome));
}

void BatchingCalls::add(const std::string& queue, std::vector<Request> requests, Duration patience, Done done)
{
    std::size_t bytes = 0;
    for (const auto& request : requests)
        bytes += bytes_of(request);
    auto& batch = open_[queue];
    const std::size_t count = batch.requests.size() + requests.size();
    if (!batch.parts.empty() && (count > kMostInABatch || batch.bytes + bytes > kMostBatchBytes))
        scope_.spawn(send(queue, std::exchange(batch, {})));
    batch.parts.push_back({requests.size(), std::move(done)});
    std::ranges::move(requests, std::back_inserter(batch.requests));
    batch.bytes += bytes;
    batch.patience = std::min(batch.patience, patience);
}

void BatchingCalls::flush()
{
    for (auto& [queue, batch] : std::exchange(open_, {}))
        scope_.spawn(send(queue, std::move(batch)));
}

void BatchingCalls::stop()
{
    is_stopped_ = true;
    flush();
}

Task<void> BatchingCalls::send(std::string queue, Batch batch)
{
    std::exception_ptr error;
    std::vector<Answer> answers;
    try {
        answers = co_await ask(std::move(queue), std::move(batch.requests), batch.patience);
    } catch (...) {
        error = std::current_exception();
    }
    auto next = std::make_move_iterator(answers.begin());
    for (const auto& part : batch.parts) {
        if (error) {
            part.done(error);
            continue;
        }
        const auto end = next + static_cast<std::ptrdiff_t>(part.count);
        part.done(std::vector<Answer>(next, end));
        next = end;
    }
}

Task<std::vector<Answer>> BatchingCalls::ask(std::string queue, std::vector<Request> requests, Duration patience)
{
    std::vector<Answer> answers;
    if (requests.size() == 1) {
        answers.push_back(co_await calls_.call(queue, std::move(requests[0]), patience));
        co_return answers;
    }
    Request together{std::string(kBatchPattern), encode_batch(requests)};
    // Whoever inherits it from that queue is told no expiration.
    const auto until = clock_.now().unix_ms + patience.count();
    together.headers.push_back({std::string(kUntilHeader), std::to_string(until)});
    const auto count = requests.size();
    requests.clear();
    const Answer answer = co_await calls_.call(queue, std::move(together), patience);
    if (answer.kind == Answer::Kind::no_handler)
        throw NotAsked("The service " + queue + " knows no batches: it is of another version.");
    auto read = answer.kind == Answer::Kind::value ? decode_batch_answers(answer.json, count) : std::nullopt;
    if (!read)
        throw Unavailable("The service " + queue + " has not answered each of several requests.");
    co_return *std::move(read);
}

}  // namespace wgw::bus
