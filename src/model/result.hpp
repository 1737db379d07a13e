#pragma once
/// The answer is a value, or no with a reason. A broken machine is an exception; a broken assumption is an assertion.

#include "model/errc.hpp"

#include <cstdint>
#include <expected>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace wgw {

/// A value: why not.
struct Failure {
    Failure(Errc why, std::string words = {})  // NOLINT: a code is a whole reason
        : code(why), message(std::move(words)), retry_after_ms(row(why).retry_after_ms)
    {
    }

    Errc code;
    std::string message;          ///< For people; empty: the sentence of the code's row.
    std::int64_t retry_after_ms;  ///< When the same request may succeed; 0: not by waiting.
    std::string errors = {};      ///< JSON array of bad fields (validation_failed); empty: none.
    int status = 0;               ///< Of HTTP where it is not the row's: a few recorded answers. 0: the row's.
    bool relayed = false;         ///< `errors` is what another service said, any JSON or nothing, and is told as it is.
    std::int64_t limit = 0;       ///< rate_limited: how many are allowed at once.
    std::string cause = {};       ///< What broke, for the log of whoever answers; never told to a client.

    std::string_view text() const { return message.empty() ? row(code).sentence : std::string_view(message); }
    int http_status() const { return status != 0 ? status : row(code).status; }
    friend bool operator==(const Failure&, const Failure&) = default;
};

/// `errors` is a JSON array, one object for each bad field.
inline Failure invalid(std::string errors)
{
    Failure failure = Errc::validation_failed;
    failure.errors = std::move(errors);
    return failure;
}

template <class T>
using Result = std::expected<T, Failure>;

inline std::unexpected<Failure> fail(Errc code, std::string message = {})
{
    return std::unexpected(Failure(code, std::move(message)));
}

inline std::unexpected<Failure> fail(Failure failure) { return std::unexpected(std::move(failure)); }

/// Another service has refused what can only be answered here, not refused. A fence passes its failure on.
struct Refused : std::runtime_error {
    explicit Refused(Failure why) : std::runtime_error(std::string(why.text())), failure(std::move(why)) {}

    Failure failure;
};

/// The machinery cannot do it now: too much is under way, or something it needs is away. Whether anything was done is
/// unknown. A fence turns it into the failure `unavailable`.
struct Unavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace wgw
