#pragma once
/// What commands ask of the accounts: the same functions in the server, behind its control socket, and in the process
/// of a command that has opened the store itself.
///
///     user.list            {"limit":200,"after":"<id>"}    {"items":[user…],"next":"<id>" or null}
///     user.find            {"who"}                         user, and `sign_in`; `who` is a user name or an id
///     user.add             {"first_name","last_name","username","password"}      user
///     user.reset_password  {"who","password"}              user; all its sessions have ended, and it may try at once
///     user.unthrottle      {"who"}                         user; it may try at once
///     user.disable         {"who"}                         user; all its sessions have ended
///     user.enable          {"who"}                         user
///     token.issue          {"who","lifetime_s"}            {"access","expires_at","key"}
///     token.check          {"token"}                       as app/token_report.hpp has it
///     server.state         {} {"pid","version","key","settings":[{"name","value","origin"}…]}
///
/// A user is the object of GET /api/v1/user/me, and `disabled` behind it; `sign_in` is in app/sign_in_report.hpp.
/// `key` is the mark of the key that signs (app/secret.hpp). The value of a secret among the settings is its size.
/// Errors  as the features have them, and not_found of an operation that is none
/// Loop only.
/// Tests   operations_test.cpp

#include "app/options.hpp"
#include "auth/credentials.hpp"
#include "auth/revocations.hpp"
#include "base/task.hpp"
#include "gateway/throttles.hpp"
#include "model/limits.hpp"
#include "model/result.hpp"
#include "model/token.hpp"
#include "user/api.hpp"

#include <string>
#include <vector>

namespace wgw::app {

class Operations {
public:
    /// All of it outlives the operations, and those under way.
    struct Parts {
        auth::AuthApi& auth;
        user::UserApi& users;
        auth::Credentials& credentials;
        auth::LocalRevocations& revocations;
        gateway::Throttles& throttles;
        const Limits& limits;
        const Clock& clock;
        const TokenKeys& keys;
        const std::vector<Setting>& settings;  ///< In force, secrets masked.
    };

    explicit Operations(const Parts& parts) : parts_(parts) {}

    /// `arguments`: JSON of any kind. What comes back is JSON too.
    Task<Result<std::string>> run(std::string name, std::string arguments);

private:
    Parts parts_;
};

}  // namespace wgw::app
