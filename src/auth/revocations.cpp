#include "auth/revocations.hpp"

#include "base/all.hpp"
#include "store/documents.hpp"

#include <array>
#include <limits>
#include <stdexcept>
#include <utility>

namespace wgw::auth {

namespace {

constexpr std::string_view kToken = "token";  // or all tokens of a session
constexpr std::string_view kUser = "user";

constexpr std::size_t kPage = 1'000;
constexpr std::size_t kSweep = 500;        // rows at once
constexpr int kTries = 20;                 // at a row that others change, too
constexpr std::int64_t kSlackMs = 60'000;  // a token may have been signed a little later than its row was written
constexpr Timestamp kNeverExpires{std::numeric_limits<std::int64_t>::max()};

constexpr auto kRevocation = fields<Revocation>(
    field("_id", &Revocation::_id, mongo_id, "What is revoked."),
    field("kind", &Revocation::kind, not_empty, "`token` (or all of a session), or `user`."),
    field("user_id", &Revocation::user_id, any, "Whose it was; zeros where the token named no user."),
    field("before", &Revocation::before, any, "Of a user: tokens without a session issued until then."),
    field("kept", &Revocation::kept, any, "Of a user: but for this one."),
    field("disabled", &Revocation::disabled, any, "Of a user: no token counts."),
    field("expires_at", &Revocation::expires_at, any, "When the last token has expired; null: never."),
    field("cause", &Revocation::cause, any, "What has ended it: a word of kCauses."),
    field("revoked_at", &Revocation::revoked_at, any, "When that was.")
);

struct CauseRow {
    std::string_view name;   ///< As it is kept.
    std::string_view words;  ///< For the operator.
};

/// In the order of Cause. Names are never changed: they stand in stores.
constexpr std::array kCauses{
    CauseRow{"unknown",               "of a time before that was noted"                                       },
    CauseRow{"signed_out",            "signed out"                                                            },
    CauseRow{"signed_out_everywhere", "its user signed out everywhere"                                        },
    CauseRow{"ended_by_user",         "its user has ended it in the list of sessions"                         },
    CauseRow{"new_password",          "the password was changed or reset"                                     },
    CauseRow{"disabled",              "its user was disabled, or enabled again"                               },
    CauseRow{"used_twice",            "its refresh token was used a second time: somebody may have had a copy"},
    CauseRow{"too_many",              "its user has begun more sessions than one may have"                    },
    CauseRow{"not_begun",             "the password was changed while it was begun"                           },
};

Cause cause_of(const std::optional<std::string>& name)
{
    for (std::size_t i = 0; i < kCauses.size(); ++i)
        if (name && kCauses[i].name == *name)
            return static_cast<Cause>(i);
    return Cause::unknown;
}

// The collection outlives the revocations.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters)
Task<> remove(store::Collection& rows, Id id) { co_await rows.remove(id); }

}  // namespace

std::string_view words(Cause cause) { return kCauses[static_cast<std::size_t>(cause)].words; }

std::string to_json(const Revocation& row)
{
    std::string out;
    write(out, kRevocation, row);
    return out;
}

Revocation revocation_of(store::Document document) { return store::from_document(kRevocation, std::move(document)); }

std::optional<Revocation> read_revocation(JsonValue json) { return read_object(kRevocation, json); }

const store::CollectionSpec& revocations_spec()
{
    static const store::CollectionSpec spec{"revocations", store::field_specs(kRevocation.rows), {}};
    return spec;
}

Task<> LocalRevocations::load()
{
    Id last;
    while (true) {
        store::Value anything = nullptr;
        auto page = co_await rows_.list("", std::move(anything), last, kPage, store::Order::ascending);
        if (page.empty())
            co_return;
        last = page.back()._id;
        for (auto& document : page)
            hear(store::from_document(kRevocation, std::move(document)));
    }
}

bool RevocationList::is_revoked(const Caller& caller) const
{
    if (ended_.contains(caller.ended_by))
        return true;
    const auto found = caller.user_id.empty() ? users_.end() : users_.find(caller.user_id);
    if (found == users_.end())
        return false;
    const auto& mark = found->second;
    if (mark.disabled)
        return true;
    if (caller.has_session || !mark.before || caller.ended_by == mark.kept)
        return false;
    // A token knows its second only: of those of the very second none counts.
    return !caller.issued_s || *caller.issued_s <= mark.before->unix_ms / 1'000;
}

Task<std::optional<WhyRevoked>> LocalRevocations::why_revoked(Caller caller)
{
    using What = WhyRevoked::What;
    if (!is_revoked(caller))
        co_return std::nullopt;
    if (ended_.contains(caller.ended_by)) {
        WhyRevoked why{.what = caller.has_session ? What::session : What::token};
        if (auto document = co_await rows_.get(caller.ended_by)) {
            const auto row = store::from_document(kRevocation, *std::move(document));
            why.cause = cause_of(row.cause);
            why.at = row.revoked_at;
        }
        co_return why;
    }
    if (is_disabled(caller.user_id))
        co_return WhyRevoked{What::disabled, Cause::disabled};
    const auto mark = users_.find(caller.user_id);
    co_return WhyRevoked{What::older, Cause::unknown, mark == users_.end() ? std::nullopt : mark->second.before};
}

Task<bool> LocalRevocations::revoke(Id what, UserId user_id, std::optional<Timestamp> until, Cause cause)
{
    const std::string name(kCauses[static_cast<std::size_t>(cause)].name);
    const Revocation row{what, std::string(kToken), user_id, {}, {}, {}, until, name, clock_.now()};
    auto document = store::to_document(kRevocation, row);
    const auto taken = co_await rows_.insert(std::move(document));
    const bool is_new = !taken && !ended_.contains(what);
    note(row);  // also if it was there: whoever wrote it may not have heard that it was
    if (is_new)
        tell(user_id);
    publish(row);
    co_return is_new;
}

Task<> LocalRevocations::revoke_older(UserId user_id, Id kept)
{
    const auto change = [now = clock_.now(), kept](Revocation& row) {
        row.before = now;
        row.kept = kept;
    };
    return change_user(user_id, change);
}

Task<> LocalRevocations::set_disabled(UserId user_id, bool disabled)
{
    const auto change = [now = clock_.now(), disabled](Revocation& row) {
        row.disabled = disabled;
        if (!disabled)
            return;
        row.before = now;
        row.kept.reset();
    };
    return change_user(user_id, change);
}

bool RevocationList::is_disabled(UserId user_id) const
{
    const auto found = users_.find(user_id);
    return found != users_.end() && found->second.disabled;
}

Task<> LocalRevocations::sweep()
{
    const Timestamp now{clock_.now().unix_ms - kSlackMs};
    std::vector<Id> expired;
    for (const auto& [id, until] : ended_)
        if (until <= now && expired.size() < kSweep)
            expired.push_back(id);
    std::vector<Task<>> removals;
    for (const Id& id : expired)
        removals.push_back(remove(rows_, id));
    co_await all(std::move(removals));
    for (const Id& id : expired)
        ended_.erase(id);
}

/// What the store has says what memory has.
bool RevocationList::note(const Revocation& row)
{
    if (!row.is_of_user())
        return ended_.emplace(row._id, row.expires_at.value_or(kNeverExpires)).second;
    const UserMark mark{row.before, row.kept.value_or(Id()), row.disabled.value_or(false)};
    return std::exchange(users_[row._id], mark) != mark;
}

void RevocationList::hear(const Revocation& row)
{
    if (note(row))
        tell(row.user_id);
}

void RevocationList::tell(UserId user_id) const
{
    if (listener_)
        listener_(user_id);
}

void LocalRevocations::publish(const Revocation& row) const
{
    if (publisher_)
        publisher_(row);
}

Task<> LocalRevocations::change_user(UserId user_id, std::function<void(Revocation&)> change)
{
    for (int tries = 0; tries < kTries; ++tries) {
        auto current = co_await rows_.get(user_id);
        Revocation row{user_id, std::string(kUser), user_id, {}, {}, {}, {}};
        if (current)
            row = store::from_document(kRevocation, *current);
        change(row);
        auto next = store::to_document(kRevocation, row);
        bool written = false;
        if (current)
            written = co_await rows_.replace(*std::move(current), std::move(next));
        else
            written = !co_await rows_.insert(std::move(next));
        if (!written)
            continue;  // somebody else was faster
        note(row);
        tell(user_id);
        publish(row);
        co_return;
    }
    throw std::runtime_error("The revocations of a user could not be changed: " + user_id.hex());
}

}  // namespace wgw::auth
