#include "bus/operation.hpp"

#include "model/failure_json.hpp"

#include <memory>

namespace wgw::bus {
namespace {

// The bindings keep `operation` and `check`, and outlive what they have begun.
Task<Answer> serve(
    std::shared_ptr<const Operation> operation, std::shared_ptr<const CheckAuthorization> check, Request request
)
{
    Caller caller;
    if (operation->pattern.guarded) {
        const auto authorization = request.header("authorization");
        auto checked = (*check)(authorization.empty() ? std::nullopt : std::optional(authorization));
        if (!checked)
            co_return error_answer(checked.error());
        caller = *std::move(checked);
    }
    caller.origin.request_id = request.request_id;
    try {
        auto answer = co_await operation->run(std::move(request), std::move(caller));
        if (!answer)
            co_return error_answer(answer.error());
        co_return *std::move(answer);
    } catch (const Refused& refused) {
        co_return error_answer(refused.failure);
    }
}

}  // namespace

std::string_view header_of(std::span<const Header> headers, std::string_view name)
{
    for (const auto& header : headers)
        if (header.name == name)
            return header.value;
    return {};
}

Answer error_answer(const Failure& failure) { return {Answer::Kind::error, failure_error(failure), {}}; }

Bindings bindings_of(Operations operations, CheckAuthorization check)
{
    Bindings bindings;
    const auto shared_check = std::make_shared<const CheckAuthorization>(std::move(check));
    for (auto& operation : operations) {
        const auto shared = std::make_shared<const Operation>(std::move(operation));
        bindings.emplace(shared->pattern.name, [shared, shared_check](Request request) {
            return serve(shared, shared_check, std::move(request));
        });
    }
    return bindings;
}

}  // namespace wgw::bus
