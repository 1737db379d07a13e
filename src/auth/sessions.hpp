#pragma once
/// Sessions: begun by a sign-up or sign-in, carried on by refreshing, ended by whoever may.
///
///     pair 1 ── refresh ──> pair 2 ── refresh ──> pair 3      a session's refresh tokens, of which the newest counts
///            └─ again within 30 s: a retry, pair 2 once more
///            └─ again later: somebody has a copy; the session ends
///
/// A refresh token that names no session (the original's) begins one when it is first used: its id is made of the
/// token, so there is one of it, however many ask at once, and its uses are counted like those of pair 0.
///
/// Ended    revoked first, removed second: behind a crash in between it counts no more, and is swept
/// Bound    kMostSessions of a user: the one that was used longest ago makes room. Rows go when all tokens have expired
/// Loop only.
/// Tests    sessions_test.cpp

#include "auth/revocations.hpp"
#include "store/collection.hpp"

namespace wgw::auth {

inline constexpr Duration kRetrySpan{30'000};
inline constexpr std::size_t kMostSessions = 100;
inline constexpr std::size_t kAgentBytes = 256;

/// The collection `sessions`.
const store::CollectionSpec& sessions_spec();

/// A row of it.
struct SessionRow {
    Id _id;
    UserId user_id;
    Timestamp created_at;
    Timestamp last_used_at;
    std::string user_agent;
    std::string address;
    std::int64_t pair = 1;  ///< The newest.
    std::string used_at;    ///< When the pairs before it were first used: `1800000000000,…`, the newest first, while
                            ///< a repeat is a retry.
    Timestamp expires_at;   ///< When its last token has expired.
    std::int64_t version = 0;
};

enum class PairUse { first, retry, replay };

/// Pure: what the refresh token of `pair` means at `now`. `first`: `row` has been moved on to the next pair.
PairUse use_pair(SessionRow& row, std::int64_t pair, Timestamp now);

class Sessions {
public:
    /// All of it outlives the sessions.
    struct Parts {
        store::Collection& rows;  ///< Made from sessions_spec().
        LocalRevocations& revocations;
        const Tokens& tokens;
        IdSource& ids;
        const Clock& clock;
    };

    explicit Sessions(const Parts& parts) : parts_(parts) {}

    /// A new session of the user.
    Task<TokenSession> begin(UserId user_id, Peer peer);

    /// What the next pair belongs to. token_revoked: the session has ended, perhaps by this.
    Task<Result<TokenSession>> refresh(RefreshClaims claims, Peer peer);

    /// Where the caller's session knows nothing of its peer: of whom it is. It may end meanwhile.
    Task<> describe(Caller caller, Peer peer);

    Task<SessionList> list(UserId user_id, SessionPage page);

    /// False: the user has no such session.
    Task<bool> end(UserId user_id, Id session_id, Cause cause);

    /// What the caller's token belongs to, whether or not there is a row of it.
    Task<> end_own(Caller caller);

    /// All of the user, and the tokens that name no session; but for what `kept` ends.
    Task<> end_all(UserId user_id, Id kept, Cause cause);

    /// Removes what has expired, some rows at a time.
    Task<> sweep();

private:
    Task<> end_row(SessionRow row, Cause cause);
    Task<> make_room(UserId user_id, Id newest);
    Task<Result<TokenSession>> replayed(SessionRow row, std::string address);

    bool is_ended(Id session_id) const;
    SessionRow new_row(Id id, UserId user_id, const Peer& peer) const;

    Parts parts_;
    Id swept_;  ///< Up to this row.
};

}  // namespace wgw::auth
