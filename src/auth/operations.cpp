#include "auth/operations.hpp"

#include "bus/paging.hpp"

namespace wgw::auth {
namespace {

struct Parts {
    AuthApi& auth;
    const Limits& limits;
};

Peer peer_of(const bus::Request& request, Caller caller)
{
    return {
        std::string(request.header(bus::kAddressHeader)),
        std::string(request.header(bus::kUserAgentHeader)),
        std::move(caller.origin),
    };
}

Result<bus::Answer> pair_or_failure(const Result<TokenPair>& pair)
{
    if (!pair)
        return fail(pair.error());
    std::string out;
    write(out, kTokenPair, *pair);
    return bus::value(std::move(out));
}

Result<bus::Answer> nothing_or_failure(const Result<void>& done)
{
    if (!done)
        return fail(done.error());
    return bus::Answer{};
}

Task<Result<bus::Answer>> sign_up(Parts parts, bus::Request request, Caller caller)
{
    auto fields = read(kSignUp, request.data, parts.limits);
    if (!fields)
        co_return fail(fields.error());
    co_return pair_or_failure(co_await parts.auth.sign_up(*std::move(fields), peer_of(request, std::move(caller))));
}

Task<Result<bus::Answer>> sign_in(Parts parts, bus::Request request, Caller caller)
{
    auto fields = read(kSignIn, request.data, parts.limits);
    if (!fields)
        co_return fail(fields.error());
    co_return pair_or_failure(co_await parts.auth.sign_in(*std::move(fields), peer_of(request, std::move(caller))));
}

Task<Result<bus::Answer>> refresh(Parts parts, bus::Request request, Caller caller)
{
    auto fields = read(kRefresh, request.data, parts.limits);
    if (!fields)
        co_return fail(fields.error());
    co_return pair_or_failure(co_await parts.auth.refresh(*std::move(fields), peer_of(request, std::move(caller))));
}

Task<Result<bus::Answer>> sign_out(Parts parts, bus::Request request, Caller caller)
{
    const auto fields = read(kSignOut, request.data, parts.limits);
    if (!fields)
        co_return fail(fields.error());
    co_return nothing_or_failure(co_await parts.auth.sign_out(std::move(caller), *fields));
}

Task<Result<bus::Answer>> change_password(Parts parts, bus::Request request, Caller caller)
{
    auto fields = read(kChangePassword, request.data, parts.limits);
    if (!fields)
        co_return fail(fields.error());
    co_return nothing_or_failure(co_await parts.auth.change_password(std::move(caller), *std::move(fields)));
}

Task<Result<bus::Answer>> describe_session(Parts parts, bus::Request request, Caller caller)
{
    Peer peer = peer_of(request, caller);
    co_return nothing_or_failure(co_await parts.auth.describe_session(std::move(caller), std::move(peer)));
}

Task<Result<bus::Answer>> find_sessions(Parts parts, bus::Request request, Caller caller)
{
    const auto paging = bus::read_page<Id>(request.data, parts.limits);
    if (!paging)
        co_return fail(paging.error());
    const SessionPage page{paging->limit, paging->before, paging->after};
    const auto list = co_await parts.auth.sessions(std::move(caller), page);
    if (!list)
        co_return fail(list.error());
    std::string items;
    for (const auto& session : list->items) {
        items += items.empty() ? "" : ",";
        write(items, kSession, session);
    }
    const Id first = list->items.empty() ? Id() : list->items.front()._id;
    const Id last = list->items.empty() ? Id() : list->items.back()._id;
    co_return bus::list_answer(std::move(items), *paging, list->more, first, last);
}

Task<Result<bus::Answer>> end_session(Parts parts, bus::Request request, Caller caller)
{
    const auto fields = read(kBySession, request.data, parts.limits);
    if (!fields)
        co_return fail(fields.error());
    co_return nothing_or_failure(co_await parts.auth.end_session(std::move(caller), fields->session_id));
}

constexpr bus::OperationRow<Parts> kRows[] = {
    {patterns::kSignUp,          sign_up         },
    {patterns::kSignIn,          sign_in         },
    {patterns::kRefresh,         refresh         },
    {patterns::kSignOut,         sign_out        },
    {patterns::kFindSessions,    find_sessions   },
    {patterns::kDescribeSession, describe_session},
    {patterns::kEndSession,      end_session     },
    {patterns::kChangePassword,  change_password },
};

}  // namespace

bus::Operations operations(AuthApi& auth, const Limits& limits)
{
    return bus::operations_of<Parts>(kRows, {auth, limits});
}

}  // namespace wgw::auth
