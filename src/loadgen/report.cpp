#include "codec/json_text.hpp"
#include "loadgen/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace wgw::loadgen {
namespace {

double us(std::uint64_t ns) { return static_cast<double>(ns) / 1e3; }

double per(double amount, std::uint64_t number) { return number == 0 ? 0 : amount / static_cast<double>(number); }

std::string latency_text(const char* name, const Histogram& histogram)
{
    return fmt::format(
        "{:<12} p50 {:.2f} ms, p90 {:.2f}, p99 {:.2f}, max {:.2f}\n", name, us(histogram.quantile(0.5)) / 1e3,
        us(histogram.quantile(0.9)) / 1e3, us(histogram.quantile(0.99)) / 1e3, us(histogram.max()) / 1e3
    );
}

std::string latency_json(const Histogram& histogram)
{
    return fmt::format(
        R"({{"count":{},"mean":{:.1f},"p50":{:.1f},"p90":{:.1f},"p99":{:.1f},"max":{:.1f}}})", histogram.count(),
        histogram.mean() / 1e3, us(histogram.quantile(0.5)), us(histogram.quantile(0.9)), us(histogram.quantile(0.99)),
        us(histogram.max())
    );
}

std::string cpu_json(const CpuByThread& cpu)
{
    std::string out = "{";
    for (const auto& [name, ns] : cpu) {
        if (out.size() > 1)
            out += ',';
        append_json_string(out, name);
        out += fmt::format(":{:.1f}", us(ns));
    }
    return out + '}';
}

}  // namespace

double Report::cpu_us_per_delivery() const { return per(us(total(cpu)), deliveries); }

std::string to_text(const Load& load, const Report& report)
{
    std::string out =
        fmt::format("connected    {} clients in {} rooms, {:.2f} s\n", load.clients(), load.rooms, report.connect_s);
    if (load.pid != 0)
        out += fmt::format(
            "             {:.0f} bytes and {:.1f} us of the server's CPU each\n",
            per(static_cast<double>(report.connect_rss), load.clients()),
            per(us(total(report.connect_cpu)), load.clients())
        );
    const auto& counts = report.counts;
    out += fmt::format(
        "in {:.2f} s    {} sent, {} delivered: {:.0f} deliveries/s\n", report.window_s, report.sent, report.deliveries,
        static_cast<double>(report.deliveries) / report.window_s
    );
    out += latency_text("delivery", report.latency);
    if (report.ack.count() > 0)
        out += latency_text("ack", report.ack);
    if (load.pid != 0) {
        out += fmt::format("server CPU   {:.3f} us per delivery\n", report.cpu_us_per_delivery());
        for (const auto& [name, ns] : report.cpu)
            out += fmt::format("  {:<15} {:8.3f}\n", name, per(us(ns), report.deliveries));
    }
    out += fmt::format(
        "generator    {:.2f} of a processor, late by at most {:.2f} ms; {:.1f} % of the machine stolen\n",
        report.own_cpu, us(report.late_ns) / 1e3, report.stolen * 100
    );
    out += fmt::format(
        "in all       {} sent, {} arrived, {} lost, {} twice, {} out of order, {} in a wrong room, {} unknown\n"
        "             {} not acknowledged, {} refused, {} connections lost\n",
        report.all_sent, counts.arrived, counts.lost, counts.duplicated, counts.reordered, counts.wrong_room,
        counts.unknown, report.unacked, report.refused, report.closed
    );
    if (!report.trouble.empty())
        out += "server said  " + report.trouble + '\n';
    return out + (report.good() ? "good\n" : "BAD\n");
}

std::string to_json(const Load& load, const Report& report)
{
    const auto& counts = report.counts;
    std::string out = fmt::format(
        R"({{"good":{},"clients":{},"connect_s":{:.3f},"connect_cpu_us":{:.1f},"connect_rss":{},"window_s":{:.4f})",
        report.good(), load.clients(), report.connect_s, us(total(report.connect_cpu)), report.connect_rss,
        report.window_s
    );
    out += fmt::format(
        R"(,"sent":{},"deliveries":{},"cpu_us":{},"cpu_us_per_delivery":{:.4f},"own_cpu":{:.3f},"stolen":{:.4f})",
        report.sent, report.deliveries, cpu_json(report.cpu), report.cpu_us_per_delivery(), report.own_cpu,
        report.stolen
    );
    out += fmt::format(
        R"(,"late_us":{:.1f},"latency_us":{},"ack_us":{})", us(report.late_ns), latency_json(report.latency),
        latency_json(report.ack)
    );
    out += fmt::format(
        R"(,"all_sent":{},"arrived":{},"lost":{},"duplicated":{},"reordered":{},"wrong_room":{},"unknown":{})",
        report.all_sent, counts.arrived, counts.lost, counts.duplicated, counts.reordered, counts.wrong_room,
        counts.unknown
    );
    out += fmt::format(
        R"(,"unacked":{},"refused":{},"closed":{},"trouble":)", report.unacked, report.refused, report.closed
    );
    append_json_string(out, report.trouble);
    return out + '}';
}

}  // namespace wgw::loadgen
