#include "app/cluster_metrics.hpp"

#include <string>

namespace wgw::app {
namespace {

constexpr double kMicroseconds = 1e6;  // in a second

void dependencies(MetricsPage& page, const ClusterCounted& counted)
{
    page.gauge("wgw_dependency_up", "1 while the server answers this process, 0 while it is away.");
    for (const auto& dependency : counted.dependencies)
        page.sample(
            {
                {"dependency", dependency.name}
        },
            std::uint64_t{dependency.is_up}
        );
}

/// Of the connections that can be counted: `ask` and `answer` go to RabbitMQ.
void links(MetricsPage& page, const ClusterCounted& counted)
{
    const auto* calls = counted.backends.asker();
    const auto* redis = counted.backends.redis();
    page.counter("wgw_link_losses", "Connections to a server that broke, and to Redis also tries that failed.");
    const auto sample = [&page](std::string_view link, const Counter& losses) {
        page.sample(
            {
                {"link", link}
        },
            losses
        );
    };
    if (calls != nullptr)
        sample("rabbitmq_ask", calls->link_counts().losses);
    if (counted.service != nullptr)
        sample("rabbitmq_answer", counted.service->link_counts().losses);
    if (redis != nullptr) {
        sample("redis_publish", redis->counts().losses);
        sample("redis_listen", counted.backends.subscriber()->losses());
    }
    if (redis == nullptr)
        return;
    page.counter("wgw_redis_failures", "Commands to Redis that have failed, or were not tried because it was away.");
    page.sample({}, redis->counts().failed);
    page.histogram("wgw_redis_seconds", "From a batch of commands to Redis to the last of its replies.");
    page.sample({}, redis->counts().batch_us, kMicroseconds);
}

void calls(MetricsPage& page, const bus::CallsAmqp& calls)
{
    page.gauge("wgw_calls_running", "Calls to other services that wait for their answer.");
    page.sample({}, std::uint64_t{calls.under_way()});
    page.counter("wgw_calls", "Calls to other services that have ended, by how.");
    for (std::size_t i = 0; i < bus::kCallResults.size(); ++i)
        page.sample(
            {
                {"result", bus::kCallResults[i]}
        },
            calls.counts().results[i]
        );
    page.histogram("wgw_call_seconds", "From a call to its answer, of those that were answered.");
    page.sample({}, calls.counts().seconds, kMicroseconds);
    page.counter("wgw_call_unexpected_replies", "Replies that nobody waited for any more.");
    page.sample({}, calls.counts().unexpected);
}

/// `service`: nothing as long as its collections are not there. Rates begin with the process all the same.
void service(MetricsPage& page, const bus::ServiceAmqp* service)
{
    const bus::ServeCounts none;
    const auto& counts = service != nullptr ? service->counts() : none;
    page.gauge("wgw_served_running", "Requests of other services that are under way here.");
    page.sample({}, std::uint64_t{service != nullptr ? service->under_way() : 0});
    page.counter("wgw_served", "Requests of other services that have ended, by how.");
    for (std::size_t i = 0; i < bus::kServeResults.size(); ++i)
        page.sample(
            {
                {"result", bus::kServeResults[i]}
        },
            counts.results[i]
        );
    page.histogram("wgw_served_seconds", "From the begin of a request to its reply.");
    page.sample({}, counts.seconds, kMicroseconds);
    page.counter("wgw_served_redeliveries", "Requests that another process had before, and has not answered.");
    page.sample({}, counts.redelivered);
}

void each_thread(
    MetricsPage& page, const chat::MongoService& chat, Histogram chat::MongoService::BatchCounts::* what, double unit
)
{
    for (std::size_t i = 0; i < chat.threads(); ++i)
        page.sample(
            {
                {"thread", "chat_" + std::to_string(i + 1)}
        },
            chat.batches(i).*what, unit
        );
}

void engines(MetricsPage& page, const chat::MongoService& chat)
{
    std::uint64_t appends = 0;
    std::uint64_t entries = 0;
    std::uint64_t fences = 0;
    for (std::size_t i = 0; i < chat.threads(); ++i) {
        appends += chat.counts(i).appends.value();
        entries += chat.counts(i).entries.value();
        fences += chat.counts(i).fences.value();
    }
    page.counter("wgw_log_appends", "Writes to the log of messages, each of one room and confirmed by MongoDB.");
    page.sample({}, appends);
    page.counter("wgw_log_entries", "Entries that they have stored.");
    page.sample({}, entries);
    page.counter("wgw_log_fences", "Writes that another process was before at: decided and tried again.");
    page.sample({}, fences);
    page.histogram(
        "wgw_log_batch_seconds",
        "From the begin of a batch of commands until all of it is decided and stored, by thread."
    );
    each_thread(page, chat, &chat::MongoService::BatchCounts::seconds, kMicroseconds);
    page.histogram("wgw_log_batch_commands", "Commands that shared a batch, by thread.");
    each_thread(page, chat, &chat::MongoService::BatchCounts::commands, 1);
}

void stream(MetricsPage& page, const chat::EntryStream& stream)
{
    const auto& counts = stream.counts();
    page.gauge("wgw_watched_rooms", "Rooms of which this process hears what others store.");
    page.sample({}, std::uint64_t{stream.watched()});
    page.counter("wgw_hints", "Entries that were heard of over Redis.");
    page.sample({}, counts.heard);
    page.counter("wgw_entries_told", "Entries that were told to the connections here.");
    page.sample({}, counts.told);
    page.counter("wgw_repairs", "Times that a room was read from the log because hints were missing.");
    page.sample({}, counts.reads);
    page.counter("wgw_repaired_entries", "Entries that were read so.");
    page.sample({}, counts.read_entries);
    page.counter("wgw_repair_failures", "Reads and comparisons that failed; they are tried again.");
    page.sample({}, counts.failures);
}

}  // namespace

void add_cluster_metrics(MetricsPage& page, const ClusterCounted& counted)
{
    dependencies(page, counted);
    links(page, counted);
    if (const auto* asker = counted.backends.asker())
        calls(page, *asker);
    if (counted.serves)
        service(page, counted.service);
    if (counted.chat != nullptr)
        engines(page, *counted.chat);
    if (counted.stream != nullptr)
        stream(page, *counted.stream);
}

}  // namespace wgw::app
