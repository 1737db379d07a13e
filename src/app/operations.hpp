#pragma once
/// What commands ask of the accounts: the same functions in the server, behind its control socket, and in the process
/// of a command that has opened the store itself.
///
///     user.list            {"limit":200,"after":"<id>"}    {"items":[user…],"next":"<id>" or null}
///     user.find            {"who"}                         user; `who` is a user name or an id
///     user.add             {"first_name","last_name","username","password"}      user
///     user.reset_password  {"who","password"}              user; all its sessions have ended
///     user.disable         {"who"}                         user; the same
///     user.enable          {"who"}                         user
///
/// A user is the object of GET /api/v1/user/me, and `disabled` behind it.
/// Errors  as the features have them, and not_found of an operation that is none
/// Loop only.
/// Tests   operations_test.cpp

#include "auth/api.hpp"
#include "base/task.hpp"
#include "model/limits.hpp"
#include "model/result.hpp"
#include "user/api.hpp"

#include <string>

namespace wgw::app {

class Operations {
public:
    /// All of it outlives the operations, and those under way.
    struct Parts {
        auth::AuthApi& auth;
        user::UserApi& users;
        const Limits& limits;
    };

    explicit Operations(const Parts& parts) : parts_(parts) {}

    /// `arguments`: JSON of any kind. What comes back is JSON too.
    Task<Result<std::string>> run(std::string name, std::string arguments);

private:
    Parts parts_;
};

}  // namespace wgw::app
