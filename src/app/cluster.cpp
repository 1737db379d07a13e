#include "app/cluster.hpp"

#include "app/account_roles.hpp"
#include "app/chat_role.hpp"
#include "app/cluster_metrics.hpp"
#include "app/gateway_role.hpp"
#include "auth/operations.hpp"
#include "base/log.hpp"
#include "base/log_stray.hpp"
#include "chat/log_schema_mongo.hpp"
#include "chat/operations.hpp"
#include "chat/owners.hpp"
#include "chat/remote_log.hpp"
#include "codec/json_text.hpp"
#include "store/collection_mongo.hpp"
#include "user/operations.hpp"
#include "user/remote.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace wgw::app {
namespace {

constexpr Duration kTick{100};
constexpr Duration kRetry{1'000};          // of what has to be there before the first request
constexpr Duration kRetryRefused{10'000};  // where a server has said no, or what it has cannot be read
constexpr Duration kRefresh{5'000};        // of what was revoked, where no hints come
constexpr Duration kSafeRefresh{60'000};   // where they do
constexpr Duration kUnwatch{10'000};       // rooms that nobody here follows any more
constexpr std::uint16_t kMostUnderWay = 256;

bus::Operations together(bus::Operations all, bus::Operations more)
{
    std::ranges::move(more, std::back_inserter(all));
    return all;
}

}  // namespace

class ClusterServer::Ticker final : public net::Timer {
public:
    Ticker(net::Loop& loop, ClusterServer& server) : loop_(loop), server_(server)
    {
        loop_.timers().arm(*this, loop_.now() + kTick);
    }
    ~Ticker() override = default;

private:
    void on_timer(Instant now) override
    {
        loop_.timers().arm(*this, now + kTick);
        server_.on_tick(now);
    }

    net::Loop& loop_;
    ClusterServer& server_;
};

ClusterServer::ClusterServer(const Options& options, net::Loop& loop, const Clock& clock, Random& random)
    : options_(options), loop_(loop), clock_(clock), began_(clock.now()),
      tokens_(
          {.current = options_.jwt_secret, .previous = options_.previous_secret, .issuers = options_.issuers}, clock
      ),
      ids_(clock, random), backends_(options_, loop, clock, random), tasks_(log_stray)
{
    loop_.backlog().bound(static_cast<std::size_t>(options_.limits.queues_bytes));
    listen_to_hints();
    build_roles(clock, random);
    admin_.emplace(Admin::Parts{
        .checks = [this] { return checks(); },
        .lag = [this] { return loop_.pulse().worst(loop_.now()); },
        .metrics = [this](MetricsPage::Form form) { return metrics(form); },
    });
    admin_http_.emplace(loop_, *admin_, net::HttpServerOptions{.port_setting = "WGW_ADMIN_PORT"});
    admin_->attach(*admin_http_);
    loop_.at_end_of_turn([this] { flush(); });
    ticker_ = std::make_unique<Ticker>(loop_, *this);
    if (gateway_)
        port_ = gateway_->http.listen(options_.host, options_.port);
    admin_port_ = admin_http_->listen(options_.admin_host, options_.admin_port);
}

// The channels of rooms are subscribed by the gateway's stream, and heard by it.
void ClusterServer::listen_to_hints()
{
    backends_.hints().set_listener(
        {.heard =
             [this](std::string_view channel, std::string_view payload) {
                 if (channel == auth::kRevocationsChannel)
                     hear_of_revocation(payload);
                 else if (channel == chat::kOwnersChannel)
                     hear_of_owner(payload);
                 else if (gateway_ && channel == gateway::kLimitsChannel)
                     gateway_->throttles.hear(payload);
                 else if (gateway_)
                     gateway_->stream.heard(payload);
             },
         .following =
             [this](std::string_view channel) {
                 if (channel == auth::kRevocationsChannel)
                     refresh_at_ = std::min(refresh_at_, loop_.now());
                 else if (gateway_)
                     gateway_->stream.following(channel);
             }}
    );
    backends_.hints().subscribe(std::string(auth::kRevocationsChannel));
    if (options_.roles.gateway)
        backends_.hints().subscribe(std::string(chat::kOwnersChannel));
}

void ClusterServer::hear_of_owner(std::string_view payload)
{
    if (gateway_ && !gateway_->owners.heard(payload, loop_.now()))
        log::warn("Something that is no hint of ours was published on Redis.", {});
}

void ClusterServer::hear_of_revocation(std::string_view payload)
{
    const bool is_json = json_check(payload) == JsonError::none;
    if (const auto row = is_json ? auth::read_revocation(JsonValue(payload)) : std::nullopt)
        revocations_->hear(*row);
    else
        log::warn("Something that is no hint of ours was published on Redis.", {});
}

void ClusterServer::build_roles(const Clock& clock, Random& random)
{
    const auto& roles = options_.roles;
    if (roles.needs_store()) {
        revocation_rows_ = store::make_mongo_collection(backends_.threads(), auth::revocations_spec());
        revocations_ = &local_revocations_.emplace(*revocation_rows_, clock);
        local_revocations_->set_publisher([this](const auth::Revocation& row) {
            trail_.add(row);
            backends_.hints().publish(std::string(auth::kRevocationsChannel), auth::to_json(row));
        });
    } else {
        revocations_ = &remote_revocations_.emplace(backends_.calls());
    }
    if (roles.asks()) {
        remote_users_ = user::make_remote_users(backends_.calls(), tokens_);
        user_cache_ = std::make_unique<user::UserCache>(*remote_users_);
    }
    if (roles.user)
        user_ = std::make_unique<UserRole>(backends_.threads(), clock);
    if (roles.auth)
        auth_ = std::make_unique<AuthRole>(AuthRole::Parts{
            backends_, loop_, clock, tokens_, ids_, *local_revocations_, *remote_users_, options_.limits
        });
    if (roles.chat)
        chat_ = std::make_unique<ChatRole>(backends_, loop_, clock, random, options_.limits, ids_, tasks_);
    if (roles.gateway)
        gateway_ = std::make_unique<GatewayRole>(GatewayRole::Parts{
            options_, backends_, loop_, clock, random, tokens_, ids_, *revocations_, *user_cache_, tasks_
        });
}

ClusterServer::~ClusterServer()
{
    ticker_.reset();
    if (service_)
        service_->stop();
    if (auth_)
        auth_->passwords.stop();
    if (chat_)
        chat_->stop();
    backends_.stop();
    loop_.run_posted();
}

bus::CheckAuthorization ClusterServer::guard() const
{
    return [this](std::optional<std::string_view> header) -> Result<Caller> {
        auto caller = tokens_.check_authorization(header);
        if (caller && revocations_->is_revoked(*caller))
            return fail(Errc::token_revoked);
        if (caller)
            caller->origin.authorization = std::make_shared<const std::string>(*header);
        return caller;
    };
}

bus::ServedQueue ClusterServer::queue(std::string name, bus::Operations operations)
{
    return {std::move(name), bus::bindings_of(std::move(operations), guard())};
}

/// What has to be there before the first request: collections, indexes, what was revoked.
Task<> ClusterServer::prepare()
{
    const auto roles = options_.roles;
    if (roles.needs_store()) {
        auto create = [roles](store::MongoClient& db) {
            store::create_collection(db, auth::revocations_spec());
            if (roles.user)
                store::create_collection(db, user::users_spec());
            if (roles.auth) {
                store::create_collection(db, auth::credentials_spec());
                store::create_collection(db, auth::sessions_spec());
            }
            if (roles.chat) {
                chat::create_log(db);
                store::create_collection(db, chat::room_keys_spec());
            }
        };
        co_await backends_.threads().call(create);
        if (chat_)
            co_await chat_->take_over(loop_.now());
        co_await local_revocations_->load();
    } else {
        co_await remote_revocations_->refresh();
    }
    std::vector<bus::ServedQueue> queues;
    if (roles.user)
        queues.push_back(queue("user", user::operations(user_->service, ids_, options_.limits)));
    if (roles.auth)
        queues.push_back(queue(
            "auth", together(
                        auth::telling(auth::operations(auth_->service, options_.limits), trail_),
                        auth::revocation_operations(*revocation_rows_)
                    )
        ));
    if (roles.chat) {
        queues.push_back(queue(
            "chat", together(
                        chat::operations(chat_->service, *user_cache_, chat_->room_keys, options_.limits),
                        chat::log_operations(chat_->service)
                    )
        ));
        queues.push_back({chat_->queue, queues.back().bindings, "chat"});
    }
    if (!queues.empty())
        service_.emplace(bus::ServiceAmqp::Options{*options_.rabbit, kMostUnderWay}, std::move(queues), loop_, clock_);
    is_prepared_ = true;
}

Task<> ClusterServer::refresh()
{
    try {
        if (!is_prepared_)
            co_await prepare();
        else if (local_revocations_)
            co_await local_revocations_->load();
        else
            co_await remote_revocations_->refresh();
        refresh_at_ = loop_.now() + (backends_.hears() ? kSafeRefresh : kRefresh);
    } catch (const Unavailable& error) {
        // Whoever is away has told the operator.
        log::debug(
            "What was revoked could not be read.",
            {
                {"what", error.what()}
        }
        );
        refresh_at_ = loop_.now() + kRetry;
    } catch (const std::exception& error) {
        log::error(
            "What this process needs before it can work could not be made or read. It is tried again.",
            {
                {"what", error.what()}
        }
        );
        refresh_at_ = loop_.now() + kRetryRefused;
    }
    is_refreshing_ = false;
}

void ClusterServer::on_tick(Instant now)
{
    if (!is_refreshing_ && now >= refresh_at_) {
        is_refreshing_ = true;
        tasks_.spawn(refresh());
    }
    if (gateway_) {
        gateway_->owners.expire(now);
        gateway_->tell_limits(backends_.hints());
    }
    if (chat_ && is_prepared_)
        chat_->advance(now, tasks_);
    if (chat_ && service_ && service_->state().is_up && !is_draining_ && now >= chat_->tell_at) {
        chat_->tell_at = now + chat::kOwnersInterval;
        backends_.hints().publish(std::string(chat::kOwnersChannel), chat::Owners::serving(chat_->queue));
    }
    if (gateway_ && now >= gateway_->unwatch_at) {
        gateway_->unwatch_at = now + kUnwatch;
        gateway_->unwatch();
    }
}

void ClusterServer::flush()
{
    if (gateway_ && is_prepared_)
        gateway_->stream.advance(loop_.now());
    if (auth_)
        auth_->passwords.flush();
    if (service_)
        service_->flush();
    backends_.flush();
}

/// Whether a server that is away makes this process one that is not to be asked. A gateway that says so would lose its
/// long polls and sockets to its proxy, and all other gateways are no better off. Without Redis nobody is.
bool ClusterServer::needs(std::string_view dependency) const
{
    return !options_.roles.gateway && dependency != "redis";
}

std::string_view ClusterServer::starting() const
{
    if (chat_ && chat_->is_taking_over)
        return "The server has not started yet: it takes over what the original has stored, and its log says how far "
               "it is.";
    return "The server has not started yet: it waits for the servers that it needs.";
}

std::vector<Check> ClusterServer::checks()
{
    Check process{"process"};
    if (is_draining_)
        process = {"process", "draining", "It takes nobody new: it is ending, or was sent SIGUSR2."};
    else if (!is_started_ || !is_prepared_)
        process = {"process", "starting", starting()};
    backends_.look_again();
    std::vector<Check> checks;
    for (const auto& [name, is_up, problem, sentence] : backends_.dependencies(service()))
        checks.push_back(is_up ? Check{name} : Check{name, needs(name) ? problem : std::string_view{}, sentence});
    checks.insert(is_draining_ ? checks.begin() : checks.end(), process);
    if (gateway_)
        checks.push_back(limits_check(options_));
    return checks;
}

Counted ClusterServer::counted() const
{
    Counted counted{.loop = loop_, .started = began_, .workers = {}};
    if (backends_.workers() != nullptr)
        add_workers(counted.workers, "mongo", *backends_.workers());
    if (chat_)
        add_workers(counted.workers, "chat", chat_->service.workers());
    if (auth_)
        add_workers(counted.workers, "hash", auth_->passwords.workers());
    if (gateway_)
        counted.clients.emplace(gateway_->http, gateway_->sockets, gateway_->gateway);
    return counted;
}

std::string ClusterServer::metrics(MetricsPage::Form form)
{
    auto page = metrics_page(form, counted(), checks());
    add_cluster_metrics(
        page,
        {
            .backends = backends_,
            .dependencies = backends_.dependencies(service()),
            .serves = options_.roles.needs_store(),
            .service = service(),
            .chat = chat_ ? &chat_->service : nullptr,
            .stream = gateway_ ? &gateway_->stream : nullptr,
        }
    );
    return page.take();
}

void ClusterServer::set_draining()
{
    is_draining_ = true;
    if (gateway_)
        gateway_->http.stop_reusing();
}

void ClusterServer::refuse_work()
{
    set_draining();
    if (gateway_)
        gateway_->gateway.refuse_work();
    if (chat_) {
        backends_.hints().publish(std::string(chat::kOwnersChannel), chat::Owners::leaving(chat_->queue));
        chat_->copier.finish();
    }
    if (service_ && !gateway_)  // its own requests may be for this process
        service_->drain();
}

bool ClusterServer::is_working() const
{
    return (gateway_ && (gateway_->gateway.running() > 0 || gateway_->sender.under_way() > 0)) ||
           (service_ && service_->under_way() > 0) ||
           (chat_ && (chat_->service.under_way() > 0 || !chat_->copier.is_finished()));
}

void ClusterServer::close_connections(Duration spread)
{
    if (!gateway_)
        return;
    if (service_)
        service_->drain();
    gateway_->http.stop_accepting();
    gateway_->http.close_idle();
    gateway_->sockets.drain(spread);
}

bool ClusterServer::awaits_poll() const { return gateway_ && gateway_->sockets.awaits_poll(); }

bool ClusterServer::is_drained() const
{
    return (!gateway_ || (gateway_->sockets.drained() && gateway_->http.drained())) && !is_working();
}

}  // namespace wgw::app
