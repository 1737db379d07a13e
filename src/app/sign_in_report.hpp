#pragma once
/// Whether a user can sign in, and why not: for whoever is asked about it.
///
///     {"possible":false,"why":"throttled","failed":12,"refused_since":"…","refused_until":"…",
///      "networks":[{"network":"203.0.113.0/24","failed":9,"refused_until":null}],
///      "last_failure":{"at":"…","why":"wrong password","address":"203.0.113.7","wrong_passwords":12} or null}
///
/// `why`     the first that holds: disabled; no_password (none that can be checked); throttled; throttled_network (from
///           some networks); throttled_address (the last one, and its address may still be); wrong_password (lately);
///           ok
/// Networks  an IPv4 /24 or IPv6 /64; `private` stands for addresses that are not counted
/// Pure.
/// Tests     sign_in_report_test.cpp, tests/e2e/operator.test.mjs

#include "base/time.hpp"
#include "gateway/sign_in_guard.hpp"
#include "gateway/sign_in_journal.hpp"

#include <optional>
#include <string>

namespace wgw::app {

struct SignInFacts {
    bool is_disabled = false;
    bool has_password = true;  ///< One that can be checked.
    gateway::SignInGuard::Look counted = {};
    std::optional<gateway::SignInJournal::Last> last = {};
};

/// `now` and `instant` are the same moment.
std::string to_json(const SignInFacts& facts, Timestamp now, Instant instant);

}  // namespace wgw::app
