#pragma once
/// The operations of accounts (auth::patterns), over AuthApi.
/// Tests  app/recorded_services_test.cpp

#include "auth/api.hpp"
#include "bus/operation.hpp"
#include "model/limits.hpp"

namespace wgw::auth {

/// Both outlive the operations, and those under way.
bus::Operations operations(AuthApi& auth, const Limits& limits);

}  // namespace wgw::auth
