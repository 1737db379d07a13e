#pragma once
/// The object graph of one process with everything in it: plain objects, built in order of need, destroyed in reverse.
///
/// Loop only.

#include "app/admin.hpp"
#include "app/control.hpp"
#include "app/housekeeping.hpp"
#include "app/metrics.hpp"
#include "app/options.hpp"
#include "app/secret.hpp"
#include "app/server.hpp"
#include "app/store_watch.hpp"
#include "auth/credentials.hpp"
#include "auth/password.hpp"
#include "auth/revocations.hpp"
#include "auth/service.hpp"
#include "auth/sessions.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "bus/services.hpp"
#include "chat/engine.hpp"
#include "chat/log_store.hpp"
#include "chat/room_keys.hpp"
#include "chat/service.hpp"
#include "gateway/gateway.hpp"
#include "gateway/throttles.hpp"
#include "model/token.hpp"
#include "net/http_server.hpp"
#include "net/loop.hpp"
#include "sio/server/server.hpp"
#include "store/collection_sqlite.hpp"
#include "store/data_folder.hpp"
#include "store/readers.hpp"
#include "store/sqlite.hpp"
#include "store/writer.hpp"
#include "user/service.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wgw::app {

/// `db` with the tables of everybody made, before any thread uses the file.
store::Sqlite& with_tables(store::Sqlite& db, const Clock& clock);

class Embedded final : public Server {
public:
    /// A command that opens the store itself, because no server has it, needs all but the sockets.
    enum class Listening { yes, no };

    /// Opens the store and listens. `on_broken` is called once the disk cannot be trusted any more.
    /// Throws std::runtime_error with a sentence for the operator.
    Embedded(
        const Options& options, net::Loop& loop, const Clock& clock, Random& random, std::function<void()> on_broken,
        Listening listening = Listening::yes
    );
    Embedded(const Embedded&) = delete;
    Embedded& operator=(const Embedded&) = delete;
    ~Embedded() override;

    std::uint16_t port() const override { return port_; }
    std::uint16_t admin_port() const override { return admin_port_; }
    bool made_secret() const { return secret_.made; }
    Control& control() { return control_; }

    /// The log level was read anew: what is said to be in force is so.
    void note_reload(const Options& anew) override;

    /// All that can be asked of the features.
    bus::Operations operations();

    void set_ready() override { is_ready_ = true; }
    void set_draining() override;
    void refuse_work() override;
    bool is_working() const override;
    bool awaits_poll() const override { return sockets_.awaits_poll(); }
    void close_connections(Duration spread) override;
    bool is_drained() const override { return sockets_.drained() && http_.drained() && !is_working(); }

private:
    void listen();
    void listen_to_commands();
    std::vector<Check> checks();
    Check store_check();
    void flush_workers();
    void load();

    const Options options_;
    net::Loop& loop_;
    store::DataFolder folder_;
    Secret secret_;
    const TokenKeys keys_;
    std::vector<Setting> settings_;  ///< In force, secrets masked: for whoever asks on the control socket.
    Tokens tokens_;
    store::Sqlite db_;
    std::unique_ptr<chat::LogStore> log_;
    chat::Engine engine_;
    store::Writer writer_;
    store::Readers readers_;
    StoreWatch store_watch_;
    std::unique_ptr<store::Collection> users_;
    std::unique_ptr<store::Collection> credential_rows_;
    std::unique_ptr<store::Collection> session_rows_;
    std::unique_ptr<store::Collection> revocation_rows_;
    std::unique_ptr<store::Collection> room_key_rows_;
    user::UserService user_service_;
    auth::Passwords passwords_;
    IdSource ids_;
    auth::Credentials credentials_;
    auth::LocalRevocations revocations_;
    auth::Sessions sessions_;
    auth::AuthService auth_service_;
    chat::RoomKeys room_keys_;
    Housekeeping housekeeping_;
    chat::Service chat_service_;
    user::UserCache user_cache_;
    std::unique_ptr<bus::Services> services_;
    gateway::Throttles throttles_;  // before the sockets, which it is told of
    sio::Server sockets_;
    gateway::Gateway gateway_;
    net::HttpServer http_;
    Counted counted_;
    Admin admin_;
    net::HttpServer admin_http_;
    Control control_;
    net::HttpServer control_http_;
    std::string control_path_;  ///< Empty: nothing listens there.
    std::uint16_t port_ = 0;
    std::uint16_t admin_port_ = 0;
    bool is_ready_ = false;
    bool is_draining_ = false;
};

}  // namespace wgw::app
