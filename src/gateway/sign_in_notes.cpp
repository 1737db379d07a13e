#include "gateway/sign_in_notes.hpp"

#include "auth/api.hpp"
#include "base/log.hpp"

#include <string>

namespace wgw::gateway {
namespace {

/// What a stranger may have typed as a name: short, and whole characters of it.
std::string bounded(std::string_view text)
{
    constexpr std::size_t kBytes = 100;
    if (text.size() <= kBytes)
        return std::string(text);
    std::size_t size = kBytes;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80)
        --size;
    return std::string(text.substr(0, size)) + "…";
}

}  // namespace

SignInJournal::Why reason_of(const Failure& failure)
{
    using enum SignInJournal::Why;
    switch (failure.http_status()) {
    case 404:
        return failure.text() == auth::kNoPassword ? no_password : no_such_user;
    case 400:
        return failure.errors.empty() || failure.relayed ? wrong_password : invalid;
    case 403:
        return disabled;
    case 429:
        return throttled;
    default:
        return busy;
    }
}

void note_failed_sign_in(
    Throttles& throttles, std::string_view username, const RestRequest& request, const Failure& failure
)
{
    const auto why = reason_of(failure);
    const auto told = throttles.sign_in_failed(username, request.address, why);
    if (!told.log)
        return;
    log::info(
        "A sign-in failed.",
        {
            {"request_id",     request.caller.origin.request_id},
            {"username",       bounded(username)               },
            {"why",            words(why)                      },
            {"address",        request.address                 },
            {"retry_after_ms", failure.retry_after_ms          },
            {"left_out",       told.left_out                   },
    }
    );
}

}  // namespace wgw::gateway
