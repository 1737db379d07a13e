#include "user/api.hpp"

namespace wgw::user {
namespace {

constexpr auto kUserCreated = created_order(kUser);

}  // namespace

void write_user_found(std::string& out, const User& user) { write(out, kUser, user); }

void write_user_created(std::string& out, const User& user) { write(out, kUserCreated, user); }

}  // namespace wgw::user
