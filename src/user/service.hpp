#pragma once
/// The rules of accounts, over a collection of documents. Lives on the loop; owns no data.

#include "store/collection.hpp"
#include "user/api.hpp"

namespace wgw::user {

/// The collection `users`, as the original has it.
const store::CollectionSpec& users_spec();

class UserService final : public UserApi {
public:
    /// Both outlive the service. `users` was made from users_spec().
    UserService(store::Collection& users, const Clock& clock) : users_(users), clock_(clock) {}

    Task<Result<User>> create(UserId id, NewUser user, Origin by = {}) override;
    Task<std::optional<User>> find_by_id(UserId id, Origin by = {}) override;
    Task<std::optional<User>> find_by_username(std::string username, Origin by = {}) override;
    Task<std::vector<User>> find_by_ids(std::vector<UserId> ids, Origin by = {}) override;
    Task<UserList> find_all(Page page) override;

private:
    store::Collection& users_;
    const Clock& clock_;
};

}  // namespace wgw::user
