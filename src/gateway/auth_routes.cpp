#include "gateway/object_rows.hpp"
#include "gateway/paging.hpp"
#include "gateway/parameters.hpp"
#include "gateway/relay.hpp"
#include "gateway/routes.hpp"
#include "gateway/sign_in_notes.hpp"
#include "model/fields.hpp"

namespace wgw::gateway {
namespace {

/// Where the request comes from, for the session that it may begin.
std::vector<bus::Header> peer_of(const RestRequest& request)
{
    return {
        {std::string(bus::kAddressHeader),   request.address   },
        {std::string(bus::kUserAgentHeader), request.user_agent},
    };
}

/// Whether a name and a password were looked at, and do not belong together. A service of the original says so with
/// 400 and words.
bool is_wrong(const Failure& failure)
{
    return failure.code == Errc::unauthorized || failure.code == Errc::not_found ||
           (failure.relayed && failure.http_status() == 400);
}

// `features` is a value of references that outlive the routes.
Task<Result<RestReply>> sign_up(Features features, RestRequest request)
{
    const auto fields = read(auth::kSignUp, request.body, features.limits);
    if (!fields)
        co_return fail(fields.error());
    if (auto refused = features.throttles.sign_up(request.address))
        co_return fail(*std::move(refused));
    auto headers = peer_of(request);
    auto pair = co_await relay(
        features.services, auth::patterns::kSignUp, std::move(request.body), std::move(request.caller),
        std::move(headers)
    );
    if (pair)
        features.throttles.signed_up(fields->username, request.address);
    else if (pair.error().http_status() >= 500)
        features.throttles.not_signed_up(request.address);
    co_return pair;
}

Task<Result<RestReply>> sign_in(Features features, RestRequest request)
{
    const auto fields = read(auth::kSignIn, request.body, features.limits);
    if (!fields)
        co_return fail(fields.error());
    const std::string username = fields->username;
    auto attempt = features.throttles.sign_in(username, request.address);
    if (!attempt) {
        note_failed_sign_in(features.throttles, username, request, attempt.error());
        co_return fail(attempt.error());
    }
    auto headers = peer_of(request);
    auto pair = co_await relay(
        features.services, auth::patterns::kSignIn, std::move(request.body), request.caller, std::move(headers)
    );
    if (pair || is_wrong(pair.error()))
        features.throttles.end(*attempt, pair ? SignInGuard::Outcome::right : SignInGuard::Outcome::failed);
    if (pair)
        features.throttles.signed_in(username);
    else
        note_failed_sign_in(features.throttles, username, request, pair.error());
    co_return pair;
}

Task<Result<RestReply>> refresh(Features features, RestRequest request)
{
    const auto fields = read(auth::kRefresh, request.body, features.limits);
    if (!fields)
        co_return fail(fields.error());
    auto headers = peer_of(request);
    co_return co_await relay(
        features.services, auth::patterns::kRefresh, std::move(request.body), std::move(request.caller),
        std::move(headers)
    );
}

Task<Result<RestReply>> sign_out(Features features, RestRequest request)
{
    const auto fields = read(auth::kSignOut, request.body, features.limits);
    if (!fields)
        co_return fail(fields.error());
    co_return co_await relay_done(
        features.services, auth::patterns::kSignOut, std::move(request.body), std::move(request.caller)
    );
}

Task<Result<RestReply>> change_password(Features features, RestRequest request)
{
    const auto fields = read(auth::kChangePassword, request.body, features.limits);
    if (!fields)
        co_return fail(fields.error());
    // The old password can be guessed here as well, by whoever has found a token.
    auto attempt = features.throttles.sign_in(request.caller.username, request.address);
    if (!attempt)
        co_return fail(attempt.error());
    auto changed = co_await relay_done(
        features.services, auth::patterns::kChangePassword, std::move(request.body), std::move(request.caller)
    );
    if (changed || is_wrong(changed.error()))
        features.throttles.end(*attempt, changed ? SignInGuard::Outcome::right : SignInGuard::Outcome::failed);
    co_return changed;
}

Task<Result<RestReply>> sessions(Features features, RestRequest request)
{
    const auto page = page_members(request.query, Places::ids);
    if (!page)
        co_return fail(page.error());
    co_return co_await relay(
        features.services, auth::patterns::kFindSessions, object_of({}, {}, *page), std::move(request.caller)
    );
}

Task<Result<RestReply>> end_session(Features features, RestRequest request)
{
    const auto fields = read_parameter(auth::kBySession, "session_id", request.parameters[0], features.limits);
    if (!fields)
        co_return fail(fields.error());
    co_return co_await relay_done(
        features.services, auth::patterns::kEndSession, object_of("session_id", fields->session_id.hex()),
        std::move(request.caller)
    );
}

constexpr docs::Object kSignUpBody{.name = "AuthSignUpDto", .rows = auth::kSignUp.rows};
constexpr docs::Object kSignInBody{.name = "AuthSignInDto", .rows = auth::kSignIn.rows};
constexpr docs::Object kRefreshBody{.name = "AuthRefreshDto", .rows = auth::kRefresh.rows};
constexpr docs::Object kSignOutBody{.name = "AuthSignOutDto", .rows = auth::kSignOut.rows};
constexpr docs::Object kChangePasswordBody{.name = "AuthChangePasswordDto", .rows = auth::kChangePassword.rows};
constexpr docs::Object kSessionObject{.name = "Session", .rows = auth::kSession.rows};

constexpr RouteRow kRoutes[] = {
    {{"POST", "/api/v1/auth/sign-up"},
     false, 201,
     sign_up,         {.id = "AuthController_signUp",
      .summary = "Makes an account and signs it in.",
      .body = &kSignUpBody,
      .reply = docs::one(kTokenPairObject),
      .errors = {Errc::username_taken},
      .recorded = true}                                                                                                },
    {{"POST", "/api/v1/auth/sign-in"},
     false, 200,
     sign_in,         {.id = "AuthController_signIn",
      .summary = "Signs in.",
      .body = &kSignInBody,
      .reply = docs::one(kTokenPairObject),
      .errors =
          {{Errc::unauthorized, 400, "Username or password is wrong!"},
           {Errc::not_found, 404, "User is not found! Please sign up first. Or: Please reset your password!"},
           Errc::forbidden},
      .recorded = true}                                                                                                },
    {{"POST", "/api/v1/auth/refresh"},
     false, 200,
     refresh,         {.id = "AuthController_refresh",
      .summary = "Makes the next pair of tokens.",
      .more =
          "A refresh token works once. A repeat within 30 s is a retry, and is answered with a pair too; a later one "
          "ends the session.",
      .body = &kRefreshBody,
      .reply = docs::one(kTokenPairObject),
      .errors = {Errc::unauthorized, Errc::token_expired, Errc::token_revoked}}                                        },
    {{"POST", "/api/v1/auth/sign-out"},
     true,  200,
     sign_out,        {.id = "AuthController_signOut",
      .summary = "Ends the session of whoever asks, or all of that user's.",
      .body = &kSignOutBody}                                                                                          },
    {{"PUT", "/api/v1/auth/password"},
     true,  200,
     change_password, {.id = "AuthController_changePassword",
      .summary = "Changes the password, and ends all other sessions.",
      .body = &kChangePasswordBody,
      .errors =
          {{Errc::unauthorized, 400, "Username or password is wrong!"},
           {Errc::not_found, 404, "User is not found! Please sign up first. Or: Please reset your password!"}}}},
    {{"GET", "/api/v1/auth/sessions"},
     true,  200,
     sessions,        {.id = "AuthController_findSessions",
      .summary = "The sessions of whoever asks, oldest first.",
      .query = kPagingById,
      .reply = docs::page_of(kSessionObject, FieldType::id)}                                                          },
    {{"DELETE", "/api/v1/auth/sessions/:session_id"},
     true,  200,
     end_session,     {.id = "AuthController_endSession",
      .summary = "Ends a session of whoever asks.",
      .path = auth::kBySession.rows,
      .errors = {{Errc::not_found, 404, "Session is not found!"}}}                                                 },
};

}  // namespace

std::span<const RouteRow> auth_routes() { return kRoutes; }

}  // namespace wgw::gateway
