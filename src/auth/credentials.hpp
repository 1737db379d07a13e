#pragma once
/// Whose password is what, as a hash: a collection with a row per user who has one.
///
/// Two things change a row: a hash that is replaced by a better one of the same password (at a sign-in), and another
/// password. `changed_at` tells them apart.
/// Loop only.
/// Tests  service_test.cpp, account_test.cpp

#include "auth/api.hpp"
#include "store/collection.hpp"

#include <optional>
#include <string>

namespace wgw::auth {

/// The collection `userpasswords`, as the original has it, with `changed_at` behind.
const store::CollectionSpec& credentials_spec();

struct Credential {
    Id _id;
    UserId user_id;
    std::string password;  ///< A hash.
    Timestamp created_at;
    Timestamp updated_at;
    std::int64_t version = 0;
    std::optional<Timestamp> changed_at;  ///< When the user last got another password; nothing: never.
};

class Credentials {
public:
    /// All three outlive it. `rows` was made from credentials_spec().
    Credentials(store::Collection& rows, IdSource& ids, const Clock& clock) : rows_(rows), ids_(ids), clock_(clock) {}

    Task<std::optional<Credential>> find(UserId user_id);

    /// Of a user who has none; its id. Throws if there is one.
    Task<Id> add(UserId user_id, std::string hash);
    Task<> remove(Id id);

    /// The same password, hashed anew. If the row has been changed meanwhile it stays as it is: the next sign-in tries
    /// again.
    Task<> rehash(Credential current, std::string hash);

    /// Another password, in the place of `current`; false: somebody else has changed the password since it was read.
    Task<bool> change(Credential current, std::string hash);

private:
    Task<bool> replace(Credential current, Credential next);

    store::Collection& rows_;
    IdSource& ids_;
    const Clock& clock_;
};

}  // namespace wgw::auth
