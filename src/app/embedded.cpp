#include "app/embedded.hpp"

#include "app/server_options.hpp"
#include "app/version.hpp"
#include "auth/operations.hpp"
#include "base/log.hpp"
#include "chat/log_schema.hpp"
#include "chat/log_store_sqlite.hpp"
#include "chat/operations.hpp"
#include "store/migrations.hpp"
#include "user/operations.hpp"

#include <algorithm>
#include <unistd.h>

namespace wgw::app {
namespace {

constexpr std::size_t kCommandsAtOnce = 16;

Secret secret_of(const Options& options, const store::DataFolder& folder, Random& random)
{
    if (!options.jwt_secret.empty())
        return {options.jwt_secret, false, options.previous_secret};
    Secret secret = load_or_make_secret(folder.path(), random);
    if (!options.previous_secret.empty())
        secret.previous = options.previous_secret;
    return secret;
}

store::WriterOptions writer_options(chat::Engine& engine, std::function<void()> on_broken)
{
    store::WriterOptions options;
    options.on_rollback = [&engine] { engine.forget_all(); };
    options.on_broken = std::move(on_broken);
    return options;
}

}  // namespace

store::Sqlite& with_tables(store::Sqlite& db, const Clock& clock)
{
    store::migrate(db, "chat", chat::kLogMigrations, clock.now());
    store::create_collection(db, user::users_spec());
    store::create_collection(db, auth::credentials_spec());
    store::create_collection(db, auth::sessions_spec());
    store::create_collection(db, auth::revocations_spec());
    store::create_collection(db, chat::room_keys_spec());
    return db;
}

Embedded::Embedded(
    const Options& options, net::Loop& loop, const Clock& clock, Random& random, std::function<void()> on_broken,
    Listening listening
)
    : options_(options), loop_(loop), folder_(options.data), secret_(secret_of(options, folder_, random)),
      keys_{
          .current = secret_.key, .previous = secret_.previous, .issuers = options.issuers
},
      settings_(with_made_secrets(options.settings, options.data)), tokens_(keys_, clock),
      db_(folder_.file("wegowhere.db"), store::Sqlite::Mode::write),
      log_(chat::make_sqlite_log(with_tables(db_, clock))), engine_(*log_, options_.limits),
      writer_(db_, loop, clock, writer_options(engine_, std::move(on_broken))), readers_(db_.path(), loop, clock),
      store_watch_(loop, writer_, readers_),
      users_(store::make_sqlite_collection(writer_, readers_, user::users_spec())),
      credential_rows_(store::make_sqlite_collection(writer_, readers_, auth::credentials_spec())),
      session_rows_(store::make_sqlite_collection(writer_, readers_, auth::sessions_spec())),
      revocation_rows_(store::make_sqlite_collection(writer_, readers_, auth::revocations_spec())),
      room_key_rows_(store::make_sqlite_collection(writer_, readers_, chat::room_keys_spec())),
      user_service_(*users_, clock), passwords_(loop, options_.limits), ids_(clock, random),
      credentials_(*credential_rows_, ids_, clock), revocations_(*revocation_rows_, clock),
      sessions_({*session_rows_, revocations_, tokens_, ids_, clock}),
      auth_service_({credentials_, sessions_, revocations_, user_service_, passwords_, tokens_, ids_, options_.limits}),
      room_keys_(*room_key_rows_, ids_, clock),
      housekeeping_(
          loop, {[this] { return sessions_.sweep(); }, [this] { return revocations_.sweep(); },
                 [this] { return room_keys_.sweep(); }}
      ),
      chat_service_(engine_, writer_, readers_, clock, random), user_cache_(user_service_),
      services_(bus::make_local_services(operations())),
      throttles_(options_.limits, options_.trusted_proxies, loop, random),
      sockets_(loop, random, socket_options(options_, throttles_, tokens_, clock)),
      gateway_(
          {*services_, user_cache_, chat_service_, sockets_, loop, tokens_, revocations_, options_.limits, throttles_,
           clock, "1", std::string(kVersion), gateway::RequestIds::with_tag_of(random)}
      ),
      http_(loop, gateway_, http_options(options_.limits)),
      counted_{
          loop,
          clock.now(),
          {{"store", writer_.worker()}, {"reader_1", readers_.worker(0)}, {"reader_2", readers_.worker(1)}},
          Clients{http_, sockets_, gateway_},
          &writer_
      },
      admin_(
          {.checks = [this] { return checks(); },
           .lag = [this] { return loop_.pulse().worst(loop_.now()); },
           .metrics = [this](MetricsPage::Form form) { return metrics_page(form, counted_, checks()).take(); }}
      ),
      admin_http_(loop, admin_, {.port_setting = "WGW_ADMIN_PORT"}),
      control_(
          Operations(
              {auth_service_, user_service_, credentials_, revocations_, throttles_, options_.limits, clock, keys_,
               settings_}
          ),
          clock
      ),
      control_http_(loop, control_, {.connections = kCommandsAtOnce})
{
    loop_.backlog().bound(static_cast<std::size_t>(options_.limits.queues_bytes));
    add_workers(counted_.workers, "hash", passwords_.workers());
    gateway_.attach(http_);
    admin_.attach(admin_http_);
    control_.attach(control_http_);
    loop_.at_end_of_turn([this] { flush_workers(); });
    load();
    if (listening == Listening::yes)
        listen();
    folder_.keep();
}

void Embedded::listen()
{
    port_ = http_.listen(options_.host, options_.port);
    admin_port_ = admin_http_.listen(options_.admin_host, options_.admin_port);
    listen_to_commands();
}

// The folder is ours alone: a socket that is there was left by a server that was killed. Chat works without commands.
void Embedded::listen_to_commands()
{
    const std::string path = folder_.path() + "/" + std::string(kControlSocket);
    try {
        control_http_.listen_at(path);
        control_path_ = path;
    } catch (const std::runtime_error& error) {
        log::warn(
            "The commands user, token and doctor cannot reach this server.",
            {
                {"why", error.what()}
        }
        );
    }
}

Embedded::~Embedded()
{
    // Everybody who waits for a worker is answered before the objects go: first the threads end, then the loop, which
    // has already stopped, runs what they handed back.
    if (!control_path_.empty())
        ::unlink(control_path_.c_str());
    passwords_.stop();
    readers_.stop();
    writer_.stop();
    loop_.run_posted();
}

bus::Operations Embedded::operations()
{
    bus::Operations all = auth::operations(auth_service_, options_.limits);
    std::ranges::move(user::operations(user_service_, ids_, options_.limits), std::back_inserter(all));
    std::ranges::move(
        chat::operations(chat_service_, user_cache_, room_keys_, options_.limits), std::back_inserter(all)
    );
    return all;
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

Check Embedded::store_check()
{
    if (writer_.is_broken())
        return {"store", "store_broken", "The disk cannot be trusted any more: check it, then start again."};
    if (writer_.is_full()) {
        // Behind a balancer that believes this answer no write comes, and the store would not look at the disk again.
        writer_.look_again();
        return {"store", "store_full", "The disk is nearly full, nothing is stored: make room."};
    }
    if (writer_.is_late())
        return {
            "store", "store_late",
            "The disk does not answer in time: look at it, and for programs that hold the database."
        };
    return {"store"};
}

std::vector<Check> Embedded::checks()
{
    Check process{"process"};
    if (is_draining_)
        process = {"process", "draining", "It takes nobody new: it is ending, or was sent SIGUSR2."};
    else if (!is_ready_)
        process = {"process", "starting", "The server has not started yet."};
    const auto limits = limits_check(options_);
    auto store = store_check();
    if (is_draining_)
        return {process, store, limits};
    return {store, process, limits};
}

void Embedded::note_reload(const Options& anew)
{
    const auto is_it = [](const Setting& row) { return row.name == "WGW_LOG_LEVEL"; };
    const auto read = std::ranges::find_if(anew.settings, is_it);
    const auto kept = std::ranges::find_if(settings_, is_it);
    if (read != anew.settings.end() && kept != settings_.end())
        *kept = *read;
}

void Embedded::set_draining()
{
    is_draining_ = true;
    http_.stop_reusing();
}

void Embedded::refuse_work()
{
    set_draining();
    gateway_.refuse_work();
}

bool Embedded::is_working() const
{
    return gateway_.running() > 0 || control_.running() > 0 || writer_.under_way() > 0;
}

void Embedded::close_connections(Duration spread)
{
    for (auto* http : {&http_, &control_http_}) {
        http->stop_accepting();
        http->close_idle();
    }
    sockets_.drain(spread);
}

}  // namespace wgw::app
