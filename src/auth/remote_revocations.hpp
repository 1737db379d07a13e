#pragma once
/// What has been revoked, in a process without a store: read from the auth service, and heard of as hints.
///
/// Late   what was revoked while neither came through is known with the next refresh()
/// Tests  remote_revocations_test.cpp

#include "auth/revocations.hpp"
#include "bus/calls.hpp"
#include "bus/operation.hpp"

#include <string_view>

namespace wgw::auth {

namespace patterns {
/// {"after"}: [row…], in the order of their ids; none: there are no more. Without a token: a list of ids opens nothing
inline constexpr bus::Pattern kFindRevocations{"auth.revocation.find_all", false, false};
}  // namespace patterns

/// Where rows are told as hints, as to_json() has them.
inline constexpr std::string_view kRevocationsChannel = "wgw.revoked";

class RemoteRevocations final : public RevocationList {
public:
    /// `calls` outlives it.
    explicit RemoteRevocations(bus::Calls& calls) : calls_(calls) {}

    /// Reads all of it. Throws what the call throws.
    Task<> refresh();

private:
    bus::Calls& calls_;
};

/// What RemoteRevocations asks for, answered from the rows. The collection outlives the operations.
bus::Operations revocation_operations(store::Collection& rows);

}  // namespace wgw::auth
