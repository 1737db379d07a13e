#include "app/metrics.hpp"

#include "app/own_process.hpp"
#include "app/version.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace wgw::app {
namespace {

constexpr double kMicroseconds = 1e6;  // in a second
constexpr std::uint64_t kWalPage = 4'096;
constexpr std::array<std::string_view, 6> kStatuses{"", "1xx", "2xx", "3xx", "4xx", "5xx"};
constexpr std::string_view kSocketIo = "/socket.io/";

void process(MetricsPage& page, const Counted& counted, const std::vector<Check>& checks)
{
    page.info(
        "wgw_build", "The program.",
        {
            {"version",  kVersion                  },
            {"compiler", "clang " __clang_version__}
    }
    );
    page.gauge("wgw_process_start_time_seconds", "When the process started, in seconds since 1970.");
    page.sample({}, static_cast<double>(counted.started.unix_ms) / 1e3);
    page.counter("wgw_process_cpu_seconds", "CPU time of all threads, user and system.");
    page.sample({}, own_cpu_s());
    page.gauge("wgw_process_resident_memory_bytes", "Memory in use.");
    page.sample({}, own_resident_bytes());
    page.gauge("wgw_process_open_files", "Open files and sockets.");
    page.sample({}, own_open_files());
    page.gauge("wgw_process_open_files_limit", "How many may be open.");
    page.sample({}, own_most_files());
    page.gauge("wgw_ready_check", "1 while the check of /readyz holds, 0 while it keeps the server from being ready.");
    for (const auto& check : checks)
        page.sample(
            {
                {"check", check.name}
        },
            std::uint64_t{check.holds()}
        );
}

void loop(MetricsPage& page, const Counted& counted)
{
    page.histogram("wgw_loop_turn_seconds", "Turns of the loop, without their sleep.");
    page.sample({}, counted.loop.pulse().turns(), kMicroseconds);
    page.histogram("wgw_loop_lag_seconds", "How much later than due the loop came to its timers.");
    page.sample({}, counted.loop.pulse().lag(), kMicroseconds);
}

void connections(MetricsPage& page, const Clients& clients)
{
    const auto& counts = clients.sockets.counts();
    const auto by_transport = [&page](const auto& both) {
        for (const auto transport : {sio::Transport::polling, sio::Transport::websocket})
            page.sample(
                {
                    {"transport", transport == sio::Transport::polling ? "polling" : "websocket"}
            },
                static_cast<std::uint64_t>(both[sio::EngineCounts::place(transport)].value())
            );
    };
    page.gauge("wgw_tcp_connections", "TCP connections of the public listener.");
    page.sample({}, std::uint64_t{clients.http.connections()});
    page.gauge("wgw_tcp_connections_limit", "How many there may be; more wait in the kernel.");
    page.sample({}, std::uint64_t{clients.http.most_connections()});
    page.counter("wgw_tcp_accepts", "TCP connections that were accepted.");
    page.sample({}, clients.http.counts().accepted);
    page.counter("wgw_tcp_accept_pauses", "Accepting was paused for a second: no room for more connections.");
    page.sample({}, clients.http.counts().rests);
    page.gauge("wgw_connections", "Clients (sessions of Engine.IO), by the transport that they are on.");
    by_transport(counts.connections);
    page.counter("wgw_connection_opens", "Clients that have come, by the transport that they began on.");
    by_transport(counts.opened);
    page.counter("wgw_connection_upgrades", "Clients that went from polling to a WebSocket.");
    page.sample({}, counts.upgraded);
    page.counter("wgw_connection_closes", "Clients that have gone, by reason.");
    for (std::size_t i = 0; i < sio::kCloseReasons; ++i) {
        std::string reason(sio::text_of(static_cast<sio::CloseReason>(i)));
        std::ranges::replace(reason, ' ', '_');
        page.sample(
            {
                {"reason", reason}
        },
            counts.closed[i]
        );
    }
    page.gauge("wgw_sockets", "Sockets of Socket.IO.");
    page.sample({}, std::uint64_t{clients.sockets.of("/").size()});
    page.gauge("wgw_rooms", "Rooms that somebody who is connected follows.");
    page.sample({}, std::uint64_t{clients.sockets.of("/").rooms()});
}

void traffic(MetricsPage& page, const Counted& counted)
{
    const auto& traffic = counted.loop.traffic();
    page.counter("wgw_received_bytes", "Bytes read from clients and operators.");
    page.sample({}, traffic.received_bytes);
    page.counter("wgw_sent_bytes", "Bytes written to them.");
    page.sample({}, traffic.sent_bytes);
    page.counter("wgw_read_calls", "System calls that read.");
    page.sample({}, traffic.reads);
    page.counter("wgw_write_calls", "System calls that wrote.");
    page.sample({}, traffic.writes);
}

void packets(MetricsPage& page, const Counted& counted)
{
    const auto& traffic = counted.loop.traffic();
    const auto& engine = counted.clients->sockets.counts();
    page.histogram("wgw_flush_frames", "WebSocket messages that the kernel took with one call.");
    page.sample({}, traffic.frames);
    page.counter("wgw_packets_received", "Messages of clients.");
    page.sample({}, engine.received);
    page.counter("wgw_packets_sent", "Packets to clients, by transport.");
    page.sample(
        {
            {"transport", "polling"}
    },
        engine.polled
    );
    page.sample(
        {
            {"transport", "websocket"}
    },
        traffic.frames.sum()
    );
}

void results(MetricsPage& page, std::string_view event, const gateway::ResultCounts& counts)
{
    for (std::size_t i = 0; i < gateway::ResultCounts::kPlaces; ++i) {
        const auto result = gateway::ResultCounts::name(i);
        if (event.empty())
            page.sample(
                {
                    {"result", result}
            },
                counts.at(i)
            );
        else
            page.sample(
                {
                    {"event",  event },
                    {"result", result}
            },
                counts.at(i)
            );
    }
}

/// `visit(method, path, counts)` for each route, and for what is none.
template <class Visit>
void each_route(const gateway::Rest& rest, Visit visit)
{
    for (std::size_t i = 0; i < rest.counts().size(); ++i) {
        const bool is_route = i < rest.routes().size();
        const auto pattern = is_route ? rest.routes()[i].pattern : gateway::RoutePattern{"any", "none"};
        visit(pattern.method, pattern.path, rest.counts()[i]);
    }
}

void statuses(MetricsPage& page, std::string_view method, std::string_view route, std::span<const Counter, 6> counts)
{
    for (std::size_t i = 1; i < kStatuses.size(); ++i)
        if (i % 2 == 0 || i == 5 || counts[i].value() > 0)
            page.sample(
                {
                    {"method", method      },
                    {"route",  route       },
                    {"status", kStatuses[i]}
            },
                counts[i]
            );
}

void requests(MetricsPage& page, const Clients& clients)
{
    const auto& rest = clients.gateway.rest();
    page.counter("wgw_http_requests", "Requests that were answered, by route and status.");
    each_route(rest, [&page](std::string_view method, std::string_view path, const gateway::RouteCounts& counts) {
        statuses(page, method, path, counts.statuses);
    });
    statuses(page, "any", kSocketIo, clients.sockets.counts().answers);
    page.histogram("wgw_http_request_seconds", "From a request to its answer, by route.");
    each_route(rest, [&page](std::string_view method, std::string_view path, const gateway::RouteCounts& counts) {
        page.sample(
            {
                {"method", method},
                {"route",  path  }
        },
            counts.duration_us, kMicroseconds
        );
    });
    const auto& refused = clients.http.counts();
    page.counter("wgw_http_refusals", "Requests that no route has seen, by reason.");
    page.sample(
        {
            {"reason", "bad_request"}
    },
        refused.bad_requests
    );
    page.sample(
        {
            {"reason", "header_too_large"}
    },
        refused.large_headers
    );
    page.sample(
        {
            {"reason", "body_too_large"}
    },
        refused.large_bodies
    );
    page.sample(
        {
            {"reason", "timeout"}
    },
        refused.late_requests
    );
    for (const auto& [name, wanted, help] : {
             std::tuple{"wgw_sign_ins", "/api/v1/auth/sign-in", "Sign-ins, by the code of their answer."},
             std::tuple{"wgw_sign_ups", "/api/v1/auth/sign-up", "Sign-ups, by the code of their answer."},
    }) {
        page.counter(name, help);
        each_route(rest, [&](std::string_view, std::string_view path, const gateway::RouteCounts& counts) {
            if (path == wanted)
                results(page, {}, counts.results);
        });
    }
}

void events(MetricsPage& page, const Clients& clients)
{
    const auto& counts = clients.gateway.events();
    page.counter("wgw_connects", "CONNECT packets of Socket.IO, by the code of their answer.");
    results(page, {}, counts.connects);
    page.counter("wgw_events", "Events of clients, by name and by the code of their answer.");
    results(page, "chat.message.send", counts.sends);
    results(page, "other", counts.others);
    page.histogram("wgw_ack_seconds", "From a chat.message.send to its answer, of those that reached the log.");
    page.sample({}, counts.ack_us, kMicroseconds);
    page.histogram("wgw_fan_out_sockets", "Sockets that a message was told to.");
    page.sample({}, counts.fan_out);
}

void queues(MetricsPage& page, const Counted& counted)
{
    page.gauge("wgw_outbound_bytes", "Held for clients that have not taken it yet.");
    page.sample({}, std::uint64_t{counted.loop.backlog().bytes()});
    page.gauge("wgw_jobs", "Jobs that wait for a thread or are done by it.");
    for (const auto& [name, worker] : counted.workers)
        page.sample(
            {
                {"thread", name}
        },
            std::uint64_t{worker.under_way()}
        );
    page.counter("wgw_jobs_refused", "Jobs that were not taken: too much was under way.");
    for (const auto& [name, worker] : counted.workers)
        page.sample(
            {
                {"thread", name}
        },
            worker.counts().refused
        );
    page.counter("wgw_jobs_given_up", "Jobs whose time was over before the thread had done them.");
    for (const auto& [name, worker] : counted.workers)
        page.sample(
            {
                {"thread", name}
        },
            worker.counts().given_up
        );
}

void drops(MetricsPage& page, const Counted& counted)
{
    page.counter("wgw_drops", "What was given up to keep within a bound, by reason.");
    page.sample(
        {
            {"reason", "log_lines"}
    },
        log::suppressed()
    );
    if (!counted.clients)
        return;
    const auto& engine = counted.clients->sockets.counts();
    const auto& http = counted.clients->http.counts();
    page.sample(
        {
            {"reason", "inbound_memory"}
    },
        http.shed_inbound
    );
    page.sample(
        {
            {"reason", "outbound_memory"}
    },
        http.shed_outbound.value() + engine.shed.value()
    );
    page.sample(
        {
            {"reason", "queue_full"}
    },
        engine.overflowed
    );
    page.sample(
        {
            {"reason", "handshakes"}
    },
        engine.refused
    );
    page.gauge("wgw_inbound_bytes", "Held of messages that have not come to their end.");
    page.sample({}, std::uint64_t{counted.clients->http.inbound_bytes()});
}

void store(MetricsPage& page, const store::Writer& writer)
{
    const auto& counts = writer.counts();
    page.histogram("wgw_store_commit_seconds", "Commits with their sync; their number is that of the commits.");
    page.sample({}, counts.commit_us, kMicroseconds);
    page.histogram("wgw_store_batch_jobs", "Jobs that shared a commit.");
    page.sample({}, counts.batch);
    page.counter("wgw_store_failures", "Batches that could not be stored.");
    page.sample({}, counts.failed);
    page.counter("wgw_store_checkpoints", "Times that the log was moved into the database.");
    page.sample({}, counts.checkpoints);
    page.gauge("wgw_store_wal_bytes", "Length of the database's log.");
    page.sample({}, static_cast<std::uint64_t>(counts.wal_pages.value()) * kWalPage);
}

}  // namespace

void add_workers(std::vector<NamedWorker>& workers, const std::string& name, const store::WorkerSet& more)
{
    for (std::size_t i = 0; i < more.size(); ++i)
        workers.push_back({more.size() == 1 ? name : name + "_" + std::to_string(i + 1), more.at(i)});
}

MetricsPage metrics_page(MetricsPage::Form form, const Counted& counted, const std::vector<Check>& checks)
{
    MetricsPage page(form);
    process(page, counted, checks);
    loop(page, counted);
    traffic(page, counted);
    queues(page, counted);
    drops(page, counted);
    if (counted.clients) {
        connections(page, *counted.clients);
        packets(page, counted);
        requests(page, *counted.clients);
        events(page, *counted.clients);
    }
    if (counted.writer != nullptr)
        store(page, *counted.writer);
    return page;
}

}  // namespace wgw::app
