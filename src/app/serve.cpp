#include "app/serve.hpp"

#include "app/addresses.hpp"
#include "app/cluster.hpp"
#include "app/embedded.hpp"
#include "app/notify.hpp"
#include "app/shutdown.hpp"
#include "app/version.hpp"
#include "base/log.hpp"
#include "net/loop.hpp"
#include "net/signals.hpp"

#include <csignal>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace wgw::app {
namespace {

constexpr Duration kLook{20};  // between two looks at what is still under way at a shutdown

/// Does with a server what a shutdown asks for.
class Ending final : public net::Timer {
public:
    Ending(net::Loop& loop, Server& server, Notify& notify, const Options& options)
        : loop_(loop), server_(server), notify_(notify), options_(options), shutdown_(options.drain)
    {
    }
    ~Ending() override = default;

    void begin()
    {
        if (shutdown_.has_begun())
            return loop_.stop();  // asked twice: now
        log::info("Shutting down: what is under way is finished.");
        notify_.stopping();
        server_.set_draining();
        shutdown_.begin();
        loop_.timers().arm(*this, loop_.now() + options_.shutdown_delay);
    }

    /// Balancers are to go elsewhere; nothing ends.
    void turn_away()
    {
        if (shutdown_.has_begun())
            return;
        log::info("Turning away: /readyz says draining, and all is served as before until SIGTERM ends it.");
        server_.set_draining();
    }

private:
    void on_timer(Instant now) override
    {
        while (true) {
            switch (shutdown_.next(now, {server_.is_working(), server_.awaits_poll(), server_.is_drained()})) {
            case Shutdown::Step::wait:
                return loop_.timers().arm(*this, now + kLook);
            case Shutdown::Step::refuse_work:
                server_.refuse_work();
                break;
            case Shutdown::Step::close_connections:
                server_.close_connections(options_.drain);
                break;
            case Shutdown::Step::stop:
                return loop_.stop();
            }
        }
    }

    net::Loop& loop_;
    Server& server_;
    Notify& notify_;
    const Options& options_;
    Shutdown shutdown_;
};

/// A database that is damaged is told with what to do next.
std::unique_ptr<Server> open_server(
    const Options& options, net::Loop& loop, const Clock& clock, Random& random, std::function<void()> on_broken
)
{
    if (options.roles.any())
        return std::make_unique<ClusterServer>(options, loop, clock, random);
    try {
        auto server = std::make_unique<Embedded>(options, loop, clock, random, std::move(on_broken));
        if (server->made_secret())
            log::info(
                "A key that signs tokens was made.",
                {
                    {"file", options.data + "/jwt_secret"}
            }
            );
        return server;
    } catch (const store::Error& error) {
        if (error.kind() != store::Error::Kind::corrupt)
            throw;
        throw std::runtime_error(
            std::string(error.what()) + " Restore the folder " + options.data +
            " from a backup, as a whole, or move the folder away to start with an empty one."
        );
    }
}

std::string names_of(const Roles& roles)
{
    const bool is[] = {roles.gateway, roles.auth, roles.user, roles.chat};
    std::string names;
    for (std::size_t i = 0; i < kRoleNames.size(); ++i)
        if (is[i])
            names.append(names.empty() ? "" : ",").append(kRoleNames[i]);
    return names;
}

/// Of a process of a cluster, which may have no address for clients. Whether it is ready /readyz says.
void greet_cluster(const Options& options, const Server& server)
{
    log::info(
        "Started.",
        {
            {"role", names_of(options.roles)},
            {"url", server.port() == 0 ? std::string() : url_of(options.host, server.port())},
            {"health", url_of(options.admin_host, server.admin_port()) + "/readyz"},
            {"rabbitmq", options.rabbit->text()},
            {"mongodb", options.mongo ? options.mongo->shown : std::string()},
            {"redis", options.redis ? options.redis->text() : std::string()},
            {"version", kVersion}
    }
    );
}

void greet(const Options& options, const Server& server)
{
    if (options.roles.any())
        return greet_cluster(options, server);
    const std::string url = url_of(options.host, server.port());
    const std::string health = url_of(options.admin_host, server.admin_port()) + "/readyz";
    if (::isatty(STDERR_FILENO) == 0) {
        log::info(
            "Ready.",
            {
                {"url",     url         },
                {"health",  health      },
                {"data",    options.data},
                {"version", kVersion    }
        }
        );
        return;
    }
    std::fprintf(
        stderr,
        "\n  WeGoWhere Chat %s\n\n"
        "  API and Socket.IO   %s\n"
        "  In a browser        %s/docs\n"
        "  Health              %s\n"
        "  Data                %s\n\n"
        "  Try it:  curl -s %s/health\n"
        "           curl -s %s/api/v1/auth/sign-up -H 'Content-Type: application/json' \\\n"
        "                -d '{\"first_name\":\"Grace\",\"username\":\"grace.hopper\",\"password\":\"cobol1959\"}'\n"
        "  Chat clients in JavaScript, Python and curl: examples/\n"
        "  Stop with Ctrl-C.\n\n",
        kVersion.data(), url.c_str(), url.c_str(), health.c_str(), options.data.c_str(), url.c_str(), url.c_str()
    );
}

/// What SIGHUP asks for. A setting that is wrong changes nothing.
void reload(const SettingSources* settings, Server* server, Notify& notify)
{
    notify.reloading();
    try {
        if (settings != nullptr) {
            const auto anew = settings->read();
            log::set_level(anew.log_level);
            if (server != nullptr)
                server->note_reload(anew);
            log::info("The log level was read anew; other settings count from the next start on.");
        }
    } catch (const OptionError& error) {
        log::error(
            "The settings could not be read; everything stays as it is.",
            {
                {"why", error.what()}
        }
        );
    }
    notify.ready();
}

int serve_with(const Options& options, const SettingSources* settings)
{
    const auto automatic = ::isatty(STDERR_FILENO) != 0 ? log::Format::text : log::Format::json;
    log::init(options.log_level, options.log_format.value_or(automatic));
    for (const auto& warning : options.warnings)
        log::warn(warning);

    SystemClock clock;
    SystemRandom random;
    net::Loop loop(clock);
    Notify notify(loop, NotifyOptions::from_environment());
    std::optional<Ending> ending;
    Server* running = nullptr;  // as long as the loop runs
    const bool had_terminal = ::isatty(STDERR_FILENO) != 0;
    const auto on_signal = [&](int signal) {
        const bool lost_terminal = had_terminal && ::isatty(STDERR_FILENO) == 0;  // its window was closed
        if (signal == SIGHUP && !lost_terminal)
            reload(settings, running, notify);
        else if (signal == SIGUSR2)
            ending->turn_away();
        else
            ending->begin();
    };
    const net::Signals signals(loop, on_signal);  // before any thread; heard when the loop runs
    bool broken = false;
    {
        const auto server_made = open_server(options, loop, clock, random, [&] {
            broken = true;
            loop.stop();
        });
        Server& server = *server_made;
        if (options.bench_limits)
            log::warn("WGW_LIMITS=bench: no rate limits per user, room and address.");
        else if (options.trusted_proxies.empty())
            log::info("Peers on loopback and private networks are not counted by address: behind a proxy they would "
                      "all be one. "
                      "If there is one, set WGW_TRUSTED_PROXIES.");
        ending.emplace(loop, server, notify, options);
        running = &server;
        server.set_ready();
        greet(options, server);
        notify.ready();
        loop.run();
        ending.reset();
    }
    log::info("Stopped.");
    if (broken)
        log::error("The disk could not be trusted any more: check it, then start again.");
    return broken ? 1 : 0;
}

}  // namespace

int serve(const Options& options) { return serve_with(options, nullptr); }
int serve(const SettingSources& settings) { return serve_with(settings.read(), &settings); }

}  // namespace wgw::app
