#pragma once
/// The object graph of a process of a cluster: any of the roles, over RabbitMQ, MongoDB and Redis. Plain objects, built in
/// order of need, destroyed in reverse.
///
/// Starting  the process listens at once; it answers for its queues when its collections are there, and is ready then
/// Loop only.
/// Tests     tests/cluster

#include "app/admin.hpp"
#include "app/backends.hpp"
#include "app/metrics.hpp"
#include "app/options.hpp"
#include "app/server.hpp"
#include "auth/remote_revocations.hpp"
#include "auth/revocations.hpp"
#include "auth/told_revocations.hpp"
#include "base/task_scope.hpp"
#include "bus/service_amqp.hpp"
#include "model/token.hpp"
#include "net/http_server.hpp"
#include "net/loop.hpp"
#include "user/api.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wgw::app {

struct AuthRole;
struct ChatRole;
struct GatewayRole;
struct UserRole;

class ClusterServer final : public Server {
public:
    /// Throws std::runtime_error with a sentence for the operator.
    ClusterServer(const Options& options, net::Loop& loop, const Clock& clock, Random& random);
    ClusterServer(const ClusterServer&) = delete;
    ClusterServer& operator=(const ClusterServer&) = delete;
    ~ClusterServer() override;

    std::uint16_t port() const override { return port_; }
    std::uint16_t admin_port() const override { return admin_port_; }

    void set_ready() override { is_started_ = true; }
    void set_draining() override;
    void refuse_work() override;
    bool is_working() const override;
    bool awaits_poll() const override;
    void close_connections(Duration spread) override;
    bool is_drained() const override;

private:
    class Ticker;

    void build_roles(const Clock& clock, Random& random);
    void listen_to_hints();
    void hear_of_revocation(std::string_view payload);
    void hear_of_owner(std::string_view payload);
    bus::ServedQueue queue(std::string name, bus::Operations operations);
    Task<> prepare();
    Task<> refresh();
    void on_tick(Instant now);
    void flush();
    const bus::ServiceAmqp* service() const { return service_ ? &*service_ : nullptr; }
    bool needs(std::string_view dependency) const;
    std::string_view starting() const;
    std::vector<Check> checks();
    Counted counted() const;
    std::string metrics(MetricsPage::Form form);
    bus::CheckAuthorization guard() const;

    const Options options_;
    net::Loop& loop_;
    const Clock& clock_;
    const Timestamp began_;
    Tokens tokens_;
    IdSource ids_;
    Backends backends_;
    std::unique_ptr<store::Collection> revocation_rows_;
    std::optional<auth::LocalRevocations> local_revocations_;    ///< Where there is a store,
    auth::RevocationTrail trail_;                                ///< what was written there,
    std::optional<auth::RemoteRevocations> remote_revocations_;  ///< and where there is none.
    auth::RevocationList* revocations_ = nullptr;
    std::unique_ptr<user::UserApi> remote_users_;
    std::unique_ptr<user::UserCache> user_cache_;
    std::unique_ptr<UserRole> user_;
    std::unique_ptr<AuthRole> auth_;
    std::unique_ptr<ChatRole> chat_;
    std::unique_ptr<GatewayRole> gateway_;
    std::optional<bus::ServiceAmqp> service_;
    std::optional<Admin> admin_;
    std::optional<net::HttpServer> admin_http_;
    std::unique_ptr<Ticker> ticker_;
    std::uint16_t port_ = 0;
    std::uint16_t admin_port_ = 0;
    bool is_started_ = false;
    bool is_prepared_ = false;  ///< Its collections are there, and what was revoked is known.
    bool is_draining_ = false;
    bool is_refreshing_ = false;
    Instant refresh_at_;
    TaskScope tasks_;  // last: its tasks use all of the above
};

}  // namespace wgw::app
