#include "app/embedded.hpp"

#include "app/commands.hpp"
#include "chat/log_schema.hpp"
#include "chat/log_store_sqlite.hpp"
#include "gateway/session_owner.hpp"
#include "store/migrations.hpp"

namespace wgw::app {
namespace {

Secret secret_of(const Options& options, const store::DataFolder& folder, Random& random)
{
    if (!options.jwt_secret.empty())
        return {options.jwt_secret, false};
    return load_or_make_secret(folder.path(), random);
}

store::WriterOptions writer_options(chat::Engine& engine, std::function<void()> on_broken)
{
    store::WriterOptions options;
    options.on_rollback = [&engine] { engine.forget_all(); };
    options.on_broken = std::move(on_broken);
    return options;
}

/// `tokens` outlives the server that gets them.
sio::ServerOptions socket_options(const Options& options, const Tokens& tokens)
{
    sio::ServerOptions sockets;
    sockets.engine.origins.allowed = options.origins;
    sockets.engine.origins.loopback = is_loopback_name(options.host);
    sockets.engine.may_belong = [&tokens](const HttpRequest& request, const sio::Handshake& handshake) {
        return gateway::may_belong(request.header("authorization"), handshake.header("authorization"), tokens);
    };
    return sockets;
}

}  // namespace

store::Sqlite& with_tables(store::Sqlite& db, const Clock& clock)
{
    store::migrate(db, "chat", chat::kLogMigrations, clock.now());
    store::create_collection(db, user::users_spec());
    store::create_collection(db, auth::credentials_spec());
    store::create_collection(db, auth::sessions_spec());
    store::create_collection(db, auth::revocations_spec());
    return db;
}

Embedded::Embedded(
    const Options& options, net::Loop& loop, const Clock& clock, Random& random, std::function<void()> on_broken
)
    : options_(options), loop_(loop), folder_(options.data), secret_(secret_of(options, folder_, random)),
      tokens_({.current = secret_.key}, clock), db_(folder_.file("wegowhere.db"), store::Sqlite::Mode::write),
      log_(chat::make_sqlite_log(with_tables(db_, clock))), engine_(*log_, options_.limits),
      writer_(db_, loop, clock, writer_options(engine_, std::move(on_broken))), readers_(db_.path(), loop, clock),
      store_watch_(loop, writer_, readers_),
      users_(store::make_sqlite_collection(writer_, readers_, user::users_spec())),
      credential_rows_(store::make_sqlite_collection(writer_, readers_, auth::credentials_spec())),
      session_rows_(store::make_sqlite_collection(writer_, readers_, auth::sessions_spec())),
      revocation_rows_(store::make_sqlite_collection(writer_, readers_, auth::revocations_spec())),
      user_service_(*users_, clock), passwords_(loop, options_.limits), ids_(clock, random),
      credentials_(*credential_rows_, ids_, clock), revocations_(*revocation_rows_, clock),
      sessions_({*session_rows_, revocations_, tokens_, ids_, clock}),
      auth_service_({credentials_, sessions_, revocations_, user_service_, passwords_, tokens_, ids_, options_.limits}),
      housekeeping_(loop, sessions_, revocations_), chat_service_(engine_, writer_, readers_, clock, random),
      sockets_(loop, random, socket_options(options_, tokens_)),
      gateway_(
          {auth_service_, user_service_, chat_service_, sockets_, loop, tokens_, revocations_, options_.limits, clock,
           "1", std::string(kVersion)}
      ),
      http_(loop, gateway_, {}), admin_([this] { return not_ready(); }),
      admin_http_(loop, admin_, {.port_setting = "WGW_ADMIN_PORT"})
{
    gateway_.attach(http_);
    admin_.attach(admin_http_);
    loop_.at_end_of_turn([this] { flush_workers(); });
    load();
    port_ = http_.listen(options_.host, options_.port);
    admin_port_ = admin_http_.listen(options_.admin_host, options_.admin_port);
}

Embedded::~Embedded()
{
    // Everybody who waits for a worker is answered before the objects go: first the threads end, then the loop, which
    // has already stopped, runs what they handed back.
    passwords_.stop();
    readers_.stop();
    writer_.stop();
    loop_.run_posted();
}

/// What has to be known before the first request.
void Embedded::load()
{
    std::exception_ptr error;
    TaskScope tasks([&error](std::exception_ptr thrown) { error = std::move(thrown); });
    tasks.spawn(revocations_.load());
    flush_workers();
    while (tasks.running() > 0)
        loop_.turn();
    if (error)
        std::rethrow_exception(error);
}

void Embedded::flush_workers()
{
    writer_.flush();
    readers_.flush();
    passwords_.flush();
    store_watch_.look();
}

std::string Embedded::not_ready()
{
    if (is_draining_)
        return "draining";
    if (writer_.is_broken())
        return "store_broken";
    if (writer_.is_full()) {
        // Behind a balancer that believes this answer no write comes, and the store would not look at the disk again.
        writer_.look_again();
        return "store_full";
    }
    if (writer_.is_late())
        return "store_late";
    return is_ready_ ? "" : "starting";
}

void Embedded::refuse_work()
{
    set_draining();
    http_.stop_accepting();
    gateway_.refuse_work();
}

bool Embedded::is_working() const { return gateway_.running() > 0 || writer_.under_way() > 0; }

void Embedded::close_connections(Duration spread)
{
    http_.close_idle();
    sockets_.drain(spread);
}

}  // namespace wgw::app
