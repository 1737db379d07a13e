#pragma once
/// What the commands of an operator ask of the accounts of a cluster: the same operations as on the control socket of a
/// server, run here on the store of the cluster. Whoever serves hears of what has changed over Redis, or reads it within
/// seconds.
///
/// Loop only.
/// Tests  tests/cluster/operator.test.mjs

#include "app/account_roles.hpp"
#include "app/backends.hpp"
#include "app/control.hpp"
#include "app/options.hpp"
#include "gateway/throttles.hpp"

#include <memory>

namespace wgw::app {

class ClusterAccounts {
public:
    enum class Collections { as_they_are, make };

    /// Reads what has to be known before the first operation. Throws std::runtime_error with a sentence for the operator:
    /// MongoDB is away, or not set.
    ClusterAccounts(
        const Options& options, net::Loop& loop, const Clock& clock, Random& random, Collections collections
    );
    ClusterAccounts(const ClusterAccounts&) = delete;
    ClusterAccounts& operator=(const ClusterAccounts&) = delete;
    ~ClusterAccounts();

    Control& control() { return control_; }

private:
    Task<> load(Collections collections);

    const Options options_;
    net::Loop& loop_;
    const TokenKeys keys_;
    Tokens tokens_;
    IdSource ids_;
    Backends backends_;
    std::unique_ptr<store::Collection> revocation_rows_;
    auth::LocalRevocations revocations_;
    UserRole user_;
    AuthRole auth_;
    gateway::Throttles throttles_;  ///< Empty: those of the gateways are theirs.
    Control control_;
};

}  // namespace wgw::app
