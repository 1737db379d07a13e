#include "auth/api.hpp"
#include "gateway/sign_in_notes.hpp"
#include "model/failure_json.hpp"

#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

using enum SignInJournal::Why;

Failure with_status(int status, std::string message, std::string errors = {})
{
    Failure failure(Errc::internal, std::move(message));
    failure.status = status;
    failure.errors = std::move(errors);
    return failure;
}

TEST(ASignInThatFailed, HasAReasonWhoeverHasAnswered)
{
    const std::pair<Failure, SignInJournal::Why> rows[] = {
        {Failure(Errc::not_found, std::string(auth::kNoSuchUser)), no_such_user},
        {Failure(Errc::not_found, std::string(auth::kNoPassword)), no_password},
        {with_status(404, std::string(auth::kNoPassword)), no_password},
        {with_status(400, "Username or password is wrong!"), wrong_password},
        {read_failure(R"({"status":400,"data":{"message":"Username or password is wrong!"}})"), wrong_password},
        {read_failure(R"({"status":404,"data":{"message":"Please reset your password!"}})"), no_password},
        {wgw::invalid("[{}]"), SignInJournal::Why::invalid},
        {Failure(Errc::forbidden), disabled},
        {Failure(Errc::rate_limited), throttled},
        {Failure(Errc::unavailable), busy},
        {Failure(Errc::draining), busy},
    };
    for (const auto& [failure, why] : rows)
        EXPECT_EQ(reason_of(failure), why) << failure.http_status() << ' ' << failure.text();
}

}  // namespace
}  // namespace wgw::gateway
