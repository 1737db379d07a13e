#pragma once
/// Why the answer is no: one table of codes, used by REST, acks and calls between services.
///
/// A 4xx code means that nothing was stored; a 5xx code means unknown: repeat with the same key.
/// Tests   errc_test.cpp

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wgw {

/// An enumerator is the code's name on the wire.
enum class Errc : std::uint8_t {
    validation_failed,
    unauthorized,
    token_expired,
    token_revoked,
    not_member,
    forbidden,
    not_found,
    conflict,
    client_msg_id_reused,
    too_large,
    username_taken,
    rate_limited,
    internal,
    unavailable,
    draining,
};

inline constexpr std::size_t kErrcs = static_cast<std::size_t>(Errc::draining) + 1;

struct ErrcRow {
    Errc code;
    std::string_view name;        ///< On the wire.
    int status;                   ///< Of HTTP.
    std::int64_t retry_after_ms;  ///< When the same request may succeed; 0: not by waiting, or the failure knows when.
    std::string_view sentence;    ///< For people, unless the failure brings its own.
};

/// The row of a code. Every code has one.
const ErrcRow& row(Errc code);

}  // namespace wgw
