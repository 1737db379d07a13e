#include "bus/services.hpp"

#include "model/failure_json.hpp"

#include <cassert>
#include <map>

namespace wgw::bus {
namespace {

class LocalServices final : public Services {
public:
    explicit LocalServices(Operations operations)
    {
        for (auto& operation : operations)
            operations_.emplace(operation.pattern.name, std::move(operation));
    }

    Task<Result<Answer>> ask(Pattern pattern, std::string data, Caller caller, std::vector<Header> headers) override
    {
        const auto found = operations_.find(pattern.name);
        assert(found != operations_.end());
        Request request{std::string(pattern.name), std::move(data), std::move(headers), caller.origin.request_id};
        return found->second.run(std::move(request), std::move(caller));
    }

private:
    std::map<std::string_view, Operation> operations_;
};

class RemoteServices final : public Services {
public:
    explicit RemoteServices(Calls& calls) : calls_(calls) {}

    Task<Result<Answer>> ask(Pattern pattern, std::string data, Caller caller, std::vector<Header> headers) override
    {
        if (pattern.recorded)
            headers.clear();
        auto answer = co_await call(calls_, pattern, std::move(data), std::move(caller.origin), std::move(headers));
        if (answer && answer->kind == Answer::Kind::no_handler)
            co_return fail(no_handler(pattern));
        co_return answer;
    }

private:
    Calls& calls_;
};

}  // namespace

std::unique_ptr<Services> make_local_services(Operations operations)
{
    return std::make_unique<LocalServices>(std::move(operations));
}

std::unique_ptr<Services> make_remote_services(Calls& calls) { return std::make_unique<RemoteServices>(calls); }

Task<Result<Answer>> call(
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): they outlive what is asked of them
    Calls& calls, Pattern pattern, std::string data, Origin by, std::vector<Header> headers, std::string queue,
    Duration patience
)
{
    if (by.authorization)
        headers.insert(headers.begin(), Header{"authorization", *by.authorization});
    Request request{std::string(pattern.name), std::move(data), std::move(headers), std::move(by.request_id)};
    const std::string_view where = queue.empty() ? pattern.queue() : std::string_view(queue);
    co_return result_of(co_await calls.call(where, std::move(request), patience), pattern);
}

Result<Answer> result_of(Answer answer, Pattern pattern)
{
    if (answer.kind != Answer::Kind::error)
        return answer;
    Failure failure = read_failure(answer.json);
    if (!failure.cause.empty())
        failure.cause = std::string(pattern.name) + ": " + failure.cause;
    return fail(std::move(failure));
}

Failure no_handler(Pattern pattern)
{
    Failure failure = Errc::internal;
    failure.cause = "No service at the queue " + std::string(pattern.queue()) + " knows " + std::string(pattern.name) +
                    ": start one that does.";
    return failure;
}

}  // namespace wgw::bus
