#include "auth/credentials.hpp"

#include "store/documents.hpp"

#include <stdexcept>

namespace wgw::auth {
namespace {

constexpr auto kCredential = fields<Credential>(
    field("_id", &Credential::_id, mongo_id, "The id of the credential."),
    field("user_id", &Credential::user_id, mongo_id, "Whose it is; unique."),
    field("password", &Credential::password, not_empty, "The hash of the password."),
    field("created_at", &Credential::created_at, any, "When it was made."),
    field("updated_at", &Credential::updated_at, any, "When the password was last hashed."),
    field("__v", &Credential::version, any, "Always 0."),
    field("changed_at", &Credential::changed_at, any, "When the user last got another password.")
);

constexpr int kTries = 20;  // at a row that sign-ins change, too

}  // namespace

const store::CollectionSpec& credentials_spec()
{
    static const store::CollectionSpec spec{"userpasswords", store::field_specs(kCredential.rows), {{"user_id", true}}};
    return spec;
}

Task<std::optional<Credential>> Credentials::find(UserId user_id)
{
    store::Value owner = user_id;
    auto document = co_await rows_.find("user_id", std::move(owner));
    if (!document)
        co_return std::nullopt;
    co_return store::from_document(kCredential, *std::move(document));
}

Task<Id> Credentials::add(UserId user_id, std::string hash)
{
    const auto now = clock_.now();
    const Credential credential{ids_.next(), user_id, std::move(hash), now, now, 0, {}};
    auto document = store::to_document(kCredential, credential);
    const auto taken = co_await rows_.insert(std::move(document));
    if (taken)
        throw std::runtime_error("The " + *taken + " of a new credential is taken: " + user_id.hex());
    co_return credential._id;
}

Task<> Credentials::remove(Id id) { co_await rows_.remove(id); }

Task<> Credentials::rehash(Credential current, std::string hash)
{
    Credential next = current;
    next.password = std::move(hash);
    next.updated_at = clock_.now();
    co_await replace(std::move(current), std::move(next));
}

Task<bool> Credentials::change(Credential current, std::string hash)
{
    for (int tries = 0; tries < kTries; ++tries) {
        Credential next = current;
        next.password = hash;
        next.updated_at = clock_.now();
        next.changed_at = next.updated_at;
        if (co_await replace(current, std::move(next)))
            co_return true;
        auto stored = co_await find(current.user_id);
        if (!stored || stored->changed_at != current.changed_at)
            co_return false;
        current = *std::move(stored);  // it was hashed anew
    }
    co_return false;
}

Task<bool> Credentials::replace(Credential current, Credential next)
{
    auto from = store::to_document(kCredential, current);
    auto to = store::to_document(kCredential, next);
    co_return co_await rows_.replace(std::move(from), std::move(to));
}

}  // namespace wgw::auth
