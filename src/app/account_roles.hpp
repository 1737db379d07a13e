#pragma once
/// The roles of a cluster that keep accounts, on MongoDB: in a process that has them, and in a command of the operator.
///
/// Loop only.

#include "app/backends.hpp"
#include "app/housekeeping.hpp"
#include "auth/credentials.hpp"
#include "auth/password.hpp"
#include "auth/revocations.hpp"
#include "auth/service.hpp"
#include "auth/sessions.hpp"
#include "model/limits.hpp"
#include "model/token.hpp"
#include "net/loop.hpp"
#include "store/collection_mongo.hpp"
#include "user/service.hpp"

#include <memory>

namespace wgw::app {

struct UserRole {
    UserRole(store::MongoThreads& threads, const Clock& clock)
        : rows(store::make_mongo_collection(threads, user::users_spec())), service(*rows, clock)
    {
    }

    std::unique_ptr<store::Collection> rows;
    user::UserService service;
};

struct AuthRole {
    struct Parts {
        Backends& backends;
        net::Loop& loop;
        const Clock& clock;
        const Tokens& tokens;
        IdSource& ids;
        auth::LocalRevocations& revocations;
        user::UserApi& users;
        const Limits& limits;
    };

    explicit AuthRole(const Parts& parts)
        : credential_rows(store::make_mongo_collection(parts.backends.threads(), auth::credentials_spec())),
          session_rows(store::make_mongo_collection(parts.backends.threads(), auth::sessions_spec())),
          passwords(parts.loop, parts.limits), credentials(*credential_rows, parts.ids, parts.clock),
          sessions({*session_rows, parts.revocations, parts.tokens, parts.ids, parts.clock}),
          service(
              {credentials, sessions, parts.revocations, parts.users, passwords, parts.tokens, parts.ids, parts.limits}
          ),
          housekeeping(
              parts.loop,
              {[this] { return sessions.sweep(); }, [&revocations = parts.revocations] { return revocations.sweep(); }}
          )
    {
    }

    std::unique_ptr<store::Collection> credential_rows;
    std::unique_ptr<store::Collection> session_rows;
    auth::Passwords passwords;
    auth::Credentials credentials;
    auth::Sessions sessions;
    auth::AuthService service;
    Housekeeping housekeeping;
};

}  // namespace wgw::app
