#include "auth/sessions.hpp"

#include "base/all.hpp"
#include "base/log.hpp"
#include "codec/utf8.hpp"
#include "store/documents.hpp"

#include <charconv>
#include <stdexcept>

namespace wgw::auth {
namespace {

constexpr std::size_t kPage = 200;
constexpr std::size_t kMostUses = 16;      // nobody honest refreshes so often within kRetrySpan
constexpr int kTries = 20;                 // at a row that others change, too
constexpr std::int64_t kSlackMs = 60'000;  // the pair of a retry is signed later than the row was written

constexpr auto kSessionRow = fields<SessionRow>(
    field("_id", &SessionRow::_id, mongo_id, "The id of the session."),
    field("user_id", &SessionRow::user_id, mongo_id, "Whose it is."),
    field("created_at", &SessionRow::created_at, any, "When it was begun."),
    field("last_used_at", &SessionRow::last_used_at, any, "When it was begun or last refreshed."),
    field("user_agent", &SessionRow::user_agent, any, "What the client called itself then."),
    field("address", &SessionRow::address, any, "Where it came from then."),
    field("pair", &SessionRow::pair, any, "The newest pair of tokens."),
    field("used_at", &SessionRow::used_at, any, "When the pairs before it were first used."),
    field("expires_at", &SessionRow::expires_at, any, "When its last token has expired."),
    field("__v", &SessionRow::version, any, "Always 0.")
);

std::vector<std::int64_t> numbers(std::string_view text)
{
    std::vector<std::int64_t> result;
    while (!text.empty()) {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc())
            break;
        result.push_back(number);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (text.starts_with(','))
            text.remove_prefix(1);
    }
    return result;
}

/// What a header says, as text that can be kept.
std::string kept_agent(std::string_view user_agent)
{
    auto text = to_utf8(user_agent.substr(0, kAgentBytes));
    std::size_t size = std::min(text.size(), kAgentBytes);
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80)
        --size;  // not inside of a character
    text.resize(size);
    return text;
}

// The collection outlives the sessions.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters)
Task<> remove(store::Collection& rows, Id id) { co_await rows.remove(id); }

Session shown(SessionRow row)
{
    return {row._id, row.created_at, row.last_used_at, std::move(row.user_agent), std::move(row.address), false};
}

}  // namespace

const store::CollectionSpec& sessions_spec()
{
    static const store::CollectionSpec spec{"sessions", store::field_specs(kSessionRow.rows), {{"user_id", false}}};
    return spec;
}

PairUse use_pair(SessionRow& row, std::int64_t pair, Timestamp now)
{
    auto used_at = numbers(row.used_at);
    if (pair < row.pair) {
        const auto uses_ago = static_cast<std::size_t>(row.pair - pair - 1);
        const bool retry = uses_ago < used_at.size() && now.unix_ms - used_at[uses_ago] <= kRetrySpan.count();
        return retry ? PairUse::retry : PairUse::replay;
    }
    // Newer than the newest: the store was put back to an older state. We have signed it, so it is the newest.
    if (pair > row.pair)
        used_at.clear();
    used_at.insert(used_at.begin(), now.unix_ms);
    row.used_at.clear();
    for (std::size_t i = 0; i < used_at.size() && i < kMostUses; ++i)
        if (now.unix_ms - used_at[i] <= kRetrySpan.count())
            row.used_at += (i > 0 ? "," : "") + std::to_string(used_at[i]);
    row.pair = pair + 1;
    row.last_used_at = now;
    return PairUse::first;
}

SessionRow Sessions::new_row(Id id, UserId user_id, const Peer& peer) const
{
    const auto now = parts_.clock.now();
    SessionRow row;
    row._id = id;
    row.user_id = user_id;
    row.created_at = now;
    row.last_used_at = now;
    row.user_agent = kept_agent(peer.user_agent);
    row.address = peer.address;
    row.expires_at = parts_.tokens.pair_expires_at();
    return row;
}

Task<TokenSession> Sessions::begin(UserId user_id, Peer peer)
{
    const auto row = new_row(parts_.ids.next(), user_id, peer);
    auto document = store::to_document(kSessionRow, row);
    if (co_await parts_.rows.insert(std::move(document)))
        throw std::runtime_error("The id of a new session is taken: " + row._id.hex());
    co_await make_room(user_id, row._id);
    co_return TokenSession{row._id, row.pair};
}

Task<Result<TokenSession>> Sessions::refresh(RefreshClaims claims, Peer peer)
{
    const Caller& caller = claims.caller;
    for (int tries = 0; tries < kTries; ++tries) {
        if (parts_.revocations.is_revoked(caller))
            co_return fail(Errc::token_revoked);
        auto current = co_await parts_.rows.get(caller.ended_by);
        if (!current && caller.has_session)
            co_return fail(Errc::token_revoked);
        if (!current) {
            auto row = new_row(caller.ended_by, caller.user_id, peer);
            row.used_at = std::to_string(row.created_at.unix_ms);
            auto document = store::to_document(kSessionRow, row);
            if (!co_await parts_.rows.insert(std::move(document)))
                co_return TokenSession{row._id, row.pair};
            continue;  // somebody else was faster
        }
        auto row = store::from_document(kSessionRow, *current);
        if (row.user_id != caller.user_id)
            co_return fail(Errc::token_revoked);
        const auto use = use_pair(row, claims.pair, parts_.clock.now());
        if (use == PairUse::replay)
            co_return co_await replayed(std::move(row), std::move(peer.address));
        if (use == PairUse::retry)
            co_return TokenSession{row._id, row.pair};
        row.user_agent = kept_agent(peer.user_agent);
        row.address = peer.address;
        row.expires_at = parts_.tokens.pair_expires_at();
        auto next = store::to_document(kSessionRow, row);
        if (co_await parts_.rows.replace(*std::move(current), std::move(next)))
            co_return TokenSession{row._id, row.pair};
    }
    co_return fail(Errc::unavailable);
}

Task<> Sessions::describe(Caller caller, Peer peer)
{
    auto current = co_await parts_.rows.get(caller.ended_by);
    if (!current)
        co_return;
    auto row = store::from_document(kSessionRow, *current);
    if (row.user_id != caller.user_id || !row.address.empty() || !row.user_agent.empty())
        co_return;
    row.user_agent = kept_agent(peer.user_agent);
    row.address = peer.address;
    auto next = store::to_document(kSessionRow, row);
    // Where somebody was faster it was a refresh, which has said it.
    co_await parts_.rows.replace(*std::move(current), std::move(next));
}

Task<Result<TokenSession>> Sessions::replayed(SessionRow row, std::string address)
{
    const auto session_id = row._id.hex();
    const auto user_id = row.user_id.hex();
    const bool is_new = co_await parts_.revocations.revoke(row._id, row.user_id, row.expires_at, Cause::used_twice);
    co_await parts_.rows.remove(row._id);
    if (is_new)
        log::warn(
            "A refresh token was used a second time: somebody may have a copy. Its session has been ended.",
            {
                {"session_id", session_id},
                {"user_id",    user_id   },
                {"address",    address   }
        }
        );
    co_return fail(Errc::token_revoked);
}

Task<SessionList> Sessions::list(UserId user_id, SessionPage page)
{
    // Newest first unless there is a place to start from: `after` of a descending list is what the caller calls before.
    const auto order = page.after ? store::Order::ascending : store::Order::descending;
    const auto start = page.after ? *page.after : page.before.value_or(Id());
    store::Value owner = user_id;
    auto documents = co_await parts_.rows.list("user_id", std::move(owner), start, page.limit + 1, order);
    SessionList list;
    list.more = documents.size() > page.limit;
    if (list.more)
        documents.pop_back();
    for (auto& document : documents)
        if (!is_ended(document._id))  // where its removal was interrupted
            list.items.push_back(shown(store::from_document(kSessionRow, std::move(document))));
    if (order == store::Order::descending)
        std::ranges::reverse(list.items);
    co_return list;
}

bool Sessions::is_ended(Id session_id) const
{
    Caller caller;
    caller.ended_by = session_id;
    return parts_.revocations.is_revoked(caller);
}

Task<bool> Sessions::end(UserId user_id, Id session_id, Cause cause)
{
    auto document = co_await parts_.rows.get(session_id);
    if (!document)
        co_return false;
    auto row = store::from_document(kSessionRow, *std::move(document));
    if (row.user_id != user_id)
        co_return false;
    co_await end_row(std::move(row), cause);
    co_return true;
}

Task<> Sessions::end_own(Caller caller)
{
    std::optional<Timestamp> until;
    if (caller.has_session) {
        // Longer than the token: others of the session may be newer. The row may be gone, as behind an old backup.
        until = parts_.tokens.pair_expires_at();
    } else if (caller.expires_s) {
        until = Timestamp{*caller.expires_s * 1'000};
    }
    co_await parts_.revocations.revoke(caller.ended_by, caller.user_id, until, Cause::signed_out);
    if (caller.has_session)
        co_await parts_.rows.remove(caller.ended_by);
}

Task<> Sessions::end_all(UserId user_id, Id kept, Cause cause)
{
    std::vector<Task<>> ends;
    ends.push_back(parts_.revocations.revoke_older(user_id, kept));
    Id last;
    while (true) {
        store::Value owner = user_id;
        auto page = co_await parts_.rows.list("user_id", std::move(owner), last, kPage, store::Order::ascending);
        for (auto& document : page) {
            last = document._id;
            if (last != kept)
                ends.push_back(end_row(store::from_document(kSessionRow, std::move(document)), cause));
        }
        if (page.size() < kPage)
            break;
    }
    co_await all(std::move(ends));
}

Task<> Sessions::end_row(SessionRow row, Cause cause)
{
    co_await parts_.revocations.revoke(row._id, row.user_id, row.expires_at, cause);
    co_await parts_.rows.remove(row._id);
}

Task<> Sessions::make_room(UserId user_id, Id newest)
{
    store::Value owner = user_id;
    auto documents = co_await parts_.rows.list("user_id", std::move(owner), Id(), kPage, store::Order::ascending);
    if (documents.size() <= kMostSessions)
        co_return;
    std::vector<SessionRow> rows;
    for (auto& document : documents)
        if (document._id != newest)
            rows.push_back(store::from_document(kSessionRow, std::move(document)));
    std::ranges::sort(rows, {}, &SessionRow::last_used_at);
    std::vector<Task<>> ends;
    for (std::size_t i = 0; i + kMostSessions <= rows.size(); ++i)
        ends.push_back(end_row(std::move(rows[i]), Cause::too_many));
    co_await all(std::move(ends));
}

Task<> Sessions::sweep()
{
    store::Value anything = nullptr;
    auto page = co_await parts_.rows.list("", std::move(anything), swept_, kPage, store::Order::ascending);
    swept_ = page.size() < kPage ? Id() : page.back()._id;
    const std::int64_t now_ms = parts_.clock.now().unix_ms - kSlackMs;
    std::vector<Task<>> removals;
    for (auto& document : page) {
        const auto row = store::from_document(kSessionRow, std::move(document));
        if (row.expires_at.unix_ms <= now_ms || is_ended(row._id))
            removals.push_back(remove(parts_.rows, row._id));
    }
    co_await all(std::move(removals));
}

}  // namespace wgw::auth
