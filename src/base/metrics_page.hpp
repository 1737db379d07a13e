#pragma once
/// The text of /metrics: families and their samples, one after the other.
///
///     MetricsPage page(MetricsPage::Form::openmetrics);
///     page.counter("wgw_http_requests", "Requests that were answered.");
///     page.sample({{"route", "/health"}, {"status", "2xx"}}, 12);
///     page.histogram("wgw_ack_seconds", "From a send to its ack.");
///     page.sample({}, counts.acks, 1e6);                                      counted in microseconds
///     return page.take();
///
/// Names     of a counter without `_total`, which the page adds; `_seconds` and `_bytes` are told as its unit
/// Forms     OpenMetrics 1.0 where the scraper asks for it, else the older text format 0.0.4: the same sample names
/// Labels    from sets that are written down in the program, never what a client has sent
/// Source    https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
/// Tests     metrics_page_test.cpp; tests/e2e/metrics.test.mjs gives a live page to other readers

#include "base/counter.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace wgw {

class MetricsPage {
public:
    enum class Form { openmetrics, classic };
    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    /// What a scraper's Accept field asks for; empty: it has none.
    static Form form_for(std::string_view accept);
    static std::string_view content_type(Form form);

    explicit MetricsPage(Form form) : form_(form) {}

    // A family; its samples follow. `help` is one line.
    void counter(std::string_view name, std::string_view help) { family(name, "counter", help); }
    void gauge(std::string_view name, std::string_view help) { family(name, "gauge", help); }
    void histogram(std::string_view name, std::string_view help) { family(name, "histogram", help); }

    /// Facts that stand in the labels; its one sample.
    void info(std::string_view name, std::string_view help, Labels labels);

    void sample(Labels labels, std::uint64_t value);
    void sample(Labels labels, double value);
    void sample(Labels labels, const Counter& value) { sample(labels, value.value()); }

    /// `per_unit`: how many of what was counted are one of the unit of the name.
    void sample(Labels labels, const Histogram& values, double per_unit = 1);

    /// The whole page.
    std::string take();

private:
    void family(std::string_view name, std::string_view type, std::string_view help);
    void line(std::string_view suffix, Labels labels, std::string_view bound, std::string_view value);

    Form form_;
    std::string name_;    ///< Of the family.
    std::string suffix_;  ///< Of its samples.
    std::string out_;
};

}  // namespace wgw
