#pragma once
/// What has been revoked, in one process: a collection that is kept, and the same in memory, from which it is answered.
///
/// Rows     a session or a token by the id that ends it (Caller::ended_by), until all tokens concerned have expired; a
///          user who is disabled, or whose tokens without a session count no more if they are older than a moment
/// Order    the store first, memory and the listener second: what was told survives a restart
/// Bound    the first kind is swept; the second is one row per user
/// Loop only.
/// Tests    revocations_test.cpp

#include "auth/api.hpp"
#include "codec/json_text.hpp"
#include "store/collection.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wgw::auth {

/// The collection `revocations`.
const store::CollectionSpec& revocations_spec();

/// A row of it.
struct Revocation {
    Id _id;            ///< What is revoked; of a user's row the user's.
    std::string kind;  ///< `token`, also of a session, or `user`.
    UserId user_id;
    std::optional<Timestamp> before;
    std::optional<Id> kept;
    std::optional<bool> disabled;
    std::optional<Timestamp> expires_at;
    std::optional<std::string> cause = {};
    std::optional<Timestamp> revoked_at = {};

    /// Of which there is one for each user, that changes.
    bool is_of_user() const { return kind == "user"; }
};

/// As JSON, for other processes. read: nothing where it is none.
std::string to_json(const Revocation& row);
std::optional<Revocation> read_revocation(JsonValue json);

/// Of a document of the collection.
Revocation revocation_of(store::Document document);

/// What has ended a session or a token.
enum class Cause : std::uint8_t {
    unknown,  ///< The row is of a time before causes were kept.
    signed_out,
    signed_out_everywhere,
    ended_by_user,  ///< In the list of sessions.
    new_password,
    disabled,
    used_twice,  ///< Its refresh token: somebody may have had a copy.
    too_many,    ///< The user had more sessions than one may have.
    not_begun,   ///< The password changed while it was begun.
};

/// For the operator: as in `signed out`.
std::string_view words(Cause cause);

/// Why a token counts no more.
struct WhyRevoked {
    enum class What : std::uint8_t {
        session,   ///< The session that it names.
        token,     ///< It alone: it names no session.
        older,     ///< All of the user's that name no session and are as old.
        disabled,  ///< All of the user's.
    };

    What what = What::session;
    Cause cause = Cause::unknown;
    std::optional<Timestamp> at = {};  ///< Nothing: it was not kept.
};

/// What is known to be revoked, in memory, whoever has said so.
class RevocationList : public Revocations {
public:
    bool is_revoked(const Caller& caller) const override;
    void set_listener(std::function<void(UserId)> listener) override { listener_ = std::move(listener); }
    bool is_disabled(UserId user_id) const;

    /// A row that is kept somewhere. Where it says something new the listener is told.
    void hear(const Revocation& row);

    std::size_t size() const { return ended_.size() + users_.size(); }

protected:
    struct UserMark {
        std::optional<Timestamp> before;
        Id kept;
        bool disabled = false;

        friend bool operator==(const UserMark&, const UserMark&) = default;
    };

    /// Whether it says something new.
    bool note(const Revocation& row);
    void tell(UserId user_id) const;

    std::unordered_map<Id, Timestamp> ended_;  ///< And until when.
    std::unordered_map<UserId, UserMark> users_;

private:
    std::function<void(UserId)> listener_;
};

class LocalRevocations final : public RevocationList {
public:
    /// Both outlive it. `rows` was made from revocations_spec().
    LocalRevocations(store::Collection& rows, const Clock& clock) : rows_(rows), clock_(clock) {}

    /// Reads what has been revoked, also by other processes. Before the first question.
    Task<> load();

    /// `row` has been written here: for other processes.
    void set_publisher(std::function<void(const Revocation& row)> publisher) { publisher_ = std::move(publisher); }

    /// Nothing: it counts.
    Task<std::optional<WhyRevoked>> why_revoked(Caller caller);

    /// `what` is Caller::ended_by, `until` when the last token concerned expires; nothing: never. False: it had been
    /// revoked before.
    Task<bool> revoke(Id what, UserId user_id, std::optional<Timestamp> until, Cause cause = Cause::unknown);

    /// The tokens of the user that name no session and were issued up to now, but for the one that `kept` ends.
    Task<> revoke_older(UserId user_id, Id kept);

    /// Disabled: no token counts, and when the user is enabled again those without a session still do not.
    Task<> set_disabled(UserId user_id, bool disabled);

    /// Forgets some of what has expired.
    Task<> sweep();

private:
    void publish(const Revocation& row) const;
    Task<> change_user(UserId user_id, std::function<void(Revocation&)> change);

    store::Collection& rows_;
    const Clock& clock_;
    std::function<void(const Revocation&)> publisher_;
};

}  // namespace wgw::auth
