#include "auth/described_sessions.hpp"

#include "auth/api.hpp"
#include "base/log.hpp"

#include <exception>

namespace wgw::auth {

Task<Result<bus::Answer>> DescribingServices::ask(
    bus::Pattern pattern, std::string data, Caller caller, std::vector<bus::Header> headers
)
{
    const bool begins = pattern.name == patterns::kSignUp.name || pattern.name == patterns::kSignIn.name;
    if (!begins)
        co_return co_await services_->ask(pattern, std::move(data), std::move(caller), std::move(headers));
    Origin origin = caller.origin;
    auto answer = co_await services_->ask(pattern, std::move(data), std::move(caller), headers);
    if (answer && answer->kind == bus::Answer::Kind::value)
        co_await describe(answer->json, std::move(origin), std::move(headers));
    co_return answer;
}

Task<> DescribingServices::describe(std::string pair, Origin origin, std::vector<bus::Header> peer)
{
    const auto access = JsonValue(pair).is_object() ? JsonValue(pair).find("access") : std::nullopt;
    if (!access || !access->is_string())
        co_return;
    auto caller = tokens_.check_token(access->string());
    if (!caller || !caller->has_session)
        co_return;
    caller->origin = std::move(origin);
    caller->origin.authorization = std::make_shared<const std::string>("Bearer " + access->string());
    try {
        co_await services_->ask(patterns::kDescribeSession, "{}", *std::move(caller), std::move(peer));
    } catch (const std::exception& error) {
        log::debug(
            "A session could not be told whose it is.",
            {
                {"what", error.what()}
        }
        );
    }
}

}  // namespace wgw::auth
