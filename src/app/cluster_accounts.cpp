#include "app/cluster_accounts.hpp"

#include "auth/remote_revocations.hpp"
#include "base/task_scope.hpp"

#include <exception>
#include <stdexcept>
#include <utility>

namespace wgw::app {
namespace {

/// Of these settings what a process needs that keeps accounts and asks nobody.
Options for_accounts(Options options)
{
    if (!options.mongo)
        throw std::runtime_error(
            "The accounts of a cluster are in its MongoDB: set DB_URL or DB_HOST, as for the auth service."
        );
    options.roles = {.user = true};
    return options;
}

}  // namespace

ClusterAccounts::ClusterAccounts(
    const Options& options, net::Loop& loop, const Clock& clock, Random& random, Collections collections
)
    : options_(for_accounts(options)), loop_(loop),
      keys_{.current = options_.jwt_secret, .previous = options_.previous_secret, .issuers = options_.issuers},
      tokens_(keys_, clock), ids_(clock, random), backends_(options_, loop, clock, random),
      revocation_rows_(store::make_mongo_collection(backends_.threads(), auth::revocations_spec())),
      revocations_(*revocation_rows_, clock), user_(backends_.threads(), clock),
      auth_({backends_, loop, clock, tokens_, ids_, revocations_, user_.service, options_.limits}),
      throttles_(options_.limits, options_.trusted_proxies, loop, random),
      control_(
          Operations(
              {auth_.service, user_.service, auth_.credentials, revocations_, throttles_, options_.limits, clock, keys_,
               options_.settings}
          ),
          clock
      )
{
    revocations_.set_publisher([this](const auth::Revocation& row) {
        backends_.hints().publish(std::string(auth::kRevocationsChannel), auth::to_json(row));
    });
    loop_.at_end_of_turn([this] {
        auth_.passwords.flush();
        backends_.flush();
    });
    std::exception_ptr error;
    TaskScope tasks([&error](std::exception_ptr thrown) { error = std::move(thrown); });
    loop_.post([&] { tasks.spawn(load(collections)); });
    do
        loop_.turn();
    while (tasks.running() > 0);
    if (error) {
        backends_.stop();
        std::rethrow_exception(error);
    }
}

ClusterAccounts::~ClusterAccounts()
{
    auth_.passwords.stop();
    backends_.stop();
    loop_.run_posted();
}

Task<> ClusterAccounts::load(Collections collections)
{
    if (collections == Collections::make) {
        auto create = [](store::MongoClient& db) {
            for (const auto& spec :
                 {user::users_spec(), auth::credentials_spec(), auth::sessions_spec(), auth::revocations_spec()})
                store::create_collection(db, spec);
        };
        co_await backends_.threads().call(create);
    }
    co_await revocations_.load();
}

}  // namespace wgw::app
