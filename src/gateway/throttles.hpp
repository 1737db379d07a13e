#pragma once
/// All rates of the product together: who may do how much of what, by user, room and address.
///
/// Addresses  IPv6 counts by its /64. While no proxy is trusted, peers on loopback and private networks are not
///            counted: behind a proxy or Docker they would all be one
/// Answers    rate_limited, with the time after which the same may be tried again; nothing has happened then
/// Loop only. Hot path: send().
/// Tests      throttles_test.cpp, tests/e2e/limits.test.mjs

#include "base/random.hpp"
#include "codec/forwarded.hpp"
#include "gateway/rate_limit.hpp"
#include "gateway/sign_in_guard.hpp"
#include "gateway/sign_in_journal.hpp"
#include "model/limits.hpp"
#include "model/result.hpp"
#include "net/loop.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::gateway {

class Throttles {
public:
    /// All three outlive it. `proxies`: WGW_TRUSTED_PROXIES.
    Throttles(const Limits& limits, std::vector<IpNetwork> proxies, const net::Loop& loop, Random& random);

    /// Who has sent it, when a trusted proxy has passed it on.
    std::string client_of(const HttpRequest& request) const { return client_address(request, proxies_); }

    using Verdict = std::optional<Failure>;  ///< Nothing: it may go on.

    // Connections. What connect() has let in is counted until disconnect().

    Verdict connect(std::string_view address);
    void disconnect(std::string_view address);

    /// One more of a user's sockets, who has so many.
    Verdict enter(std::size_t sockets) const;

    // What a socket and a user do.

    Verdict event(Bucket& of_socket) const;

    /// Whether a socket whose events are refused has been refused too often.
    bool is_flooding(std::uint64_t socket) { return refusals_.take(RateKey::of(socket), now()) > Duration(0); }

    Verdict send(const UserId& user, const RoomId& room);

    /// A send was no message after all: strangers do not use up what a room's members may say.
    void not_sent(const RoomId& room) { room_sends_.give_back(RateKey::of(room)); }

    Verdict create_room(const UserId& user) { return take(room_creations_, RateKey::of(user)); }
    Verdict join(const UserId& user) { return take(joins_, RateKey::of(user)); }

    // Accounts.

    Verdict sign_up(std::string_view address);
    void not_signed_up(std::string_view address);
    void signed_up(std::string_view username, std::string_view address);

    Result<SignInGuard::Attempt> sign_in(std::string_view username, std::string_view address);
    void end(SignInGuard::Attempt& attempt, SignInGuard::Outcome outcome) { attempt.end(outcome, now()); }

    /// A sign-in has failed, or was refused: whether the log is to have a line of it.
    SignInJournal::Told sign_in_failed(std::string_view username, std::string_view address, SignInJournal::Why why)
    {
        return journal_.failed(username, IpAddress::parse(address), why, now());
    }
    void signed_in(std::string_view username) { journal_.succeeded(username); }

    /// For the operator.
    SignInGuard::Look look_at_sign_ins(std::string_view username) const { return sign_ins_.look(username, now()); }
    std::optional<SignInJournal::Last> last_failure(std::string_view username) const { return journal_.last(username); }

    /// Whoever waits because of failures of that name need not any more.
    void forgive_sign_ins(std::string_view username) { sign_ins_.forget(username); }

private:
    Instant now() const { return loop_.now(); }
    Verdict take(RateTable& table, const RateKey& key);

    /// As it is counted; nothing: it is not.
    std::optional<IpAddress> counted(std::string_view address) const;

    const Limits& limits_;
    const std::vector<IpNetwork> proxies_;
    const net::Loop& loop_;
    const std::uint64_t seed_;
    const Pace events_;
    RateTable connects_;
    RateTable refusals_;
    RateTable sends_;
    RateTable room_sends_;
    RateTable room_creations_;
    RateTable joins_;
    RateTable sign_ups_;
    SignInGuard sign_ins_;
    SignInJournal journal_;
    std::map<IpAddress, std::int64_t> connections_;  ///< As many as there are addresses connected.
};

}  // namespace wgw::gateway
