#pragma once
/// The operations of users (user::patterns), over UserApi.
/// Tests  app/recorded_services_test.cpp

#include "bus/operation.hpp"
#include "model/limits.hpp"
#include "user/api.hpp"

namespace wgw::user {

/// All outlive the operations, and those under way. `ids` is for users whose id nobody has chosen.
bus::Operations operations(UserApi& users, IdSource& ids, const Limits& limits);

}  // namespace wgw::user
