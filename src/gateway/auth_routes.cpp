#include "gateway/routes.hpp"
#include "model/fields.hpp"
#include "model/token.hpp"

namespace wgw::gateway {
namespace {

std::string token_data(const TokenPair& pair)
{
    std::string out;
    write(out, kTokenPair, pair);
    return out;
}

// `features` is a value of references that outlive the routes.
Task<Result<RestReply>> sign_up(Features features, RestRequest request)
{
    auto fields = read(auth::kSignUp, request.body, features.limits);
    if (!fields)
        co_return fail(fields.error());
    auto pair = co_await features.auth.sign_up(*std::move(fields));
    if (!pair)
        co_return fail(pair.error());
    co_return RestReply{token_data(*pair), {}};
}

Task<Result<RestReply>> sign_in(Features features, RestRequest request)
{
    auto fields = read(auth::kSignIn, request.body, features.limits);
    if (!fields)
        co_return fail(fields.error());
    auto pair = co_await features.auth.sign_in(*std::move(fields));
    if (!pair)
        co_return fail(pair.error());
    co_return RestReply{token_data(*pair), {}};
}

}  // namespace

std::vector<Route> auth_routes(Features features)
{
    return {
        {{"POST", "/api/v1/auth/sign-up"},
         false, 201,
         [features](RestRequest request) { return sign_up(features, std::move(request)); }},
        {{"POST", "/api/v1/auth/sign-in"},
         false, 200,
         [features](RestRequest request) { return sign_in(features, std::move(request)); }},
    };
}

}  // namespace wgw::gateway
