#include "base/metrics_page.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

using Form = MetricsPage::Form;

constexpr std::array<std::uint64_t, 3> kBounds{100, 1'000, 2'500'000};

std::string page_of(Form form, void (*write)(MetricsPage& page))
{
    MetricsPage page(form);
    write(page);
    return page.take();
}

TEST(AMetricsPage, HasFamiliesWithHelpTypeAndUnitAndAnEnd)
{
    const auto write = [](MetricsPage& page) {
        page.counter("wgw_received_bytes", "Bytes read.");
        page.sample({}, std::uint64_t{12});
        page.gauge("wgw_connections", "Connections.");
        page.sample(
            {
                {"transport", "polling"}
        },
            std::uint64_t{1}
        );
        page.sample(
            {
                {"transport", "websocket"}
        },
            2.5
        );
    };
    EXPECT_EQ(
        page_of(Form::openmetrics, write), "# HELP wgw_received_bytes Bytes read.\n"
                                           "# TYPE wgw_received_bytes counter\n"
                                           "# UNIT wgw_received_bytes bytes\n"
                                           "wgw_received_bytes_total 12\n"
                                           "# HELP wgw_connections Connections.\n"
                                           "# TYPE wgw_connections gauge\n"
                                           "wgw_connections{transport=\"polling\"} 1\n"
                                           "wgw_connections{transport=\"websocket\"} 2.5\n"
                                           "# EOF\n"
    );
    EXPECT_EQ(
        page_of(Form::classic, write), "# HELP wgw_received_bytes_total Bytes read.\n"
                                       "# TYPE wgw_received_bytes_total counter\n"
                                       "wgw_received_bytes_total 12\n"
                                       "# HELP wgw_connections Connections.\n"
                                       "# TYPE wgw_connections gauge\n"
                                       "wgw_connections{transport=\"polling\"} 1\n"
                                       "wgw_connections{transport=\"websocket\"} 2.5\n"
    );
}

TEST(AMetricsPage, WritesHistogramsWithSumsOverTheirBucketsInTheUnitOfTheirName)
{
    const auto write = [](MetricsPage& page) {
        Histogram values(kBounds);
        for (const std::uint64_t value : {50, 1'000, 1'500, 3'000'000})
            values.observe(value);
        page.histogram("wgw_ack_seconds", "Time.");
        page.sample(
            {
                {"event", "send"}
        },
            values, 1e6
        );
    };
    EXPECT_EQ(
        page_of(Form::classic, write), "# HELP wgw_ack_seconds Time.\n"
                                       "# TYPE wgw_ack_seconds histogram\n"
                                       "wgw_ack_seconds_bucket{event=\"send\",le=\"0.0001\"} 1\n"
                                       "wgw_ack_seconds_bucket{event=\"send\",le=\"0.001\"} 2\n"
                                       "wgw_ack_seconds_bucket{event=\"send\",le=\"2.5\"} 3\n"
                                       "wgw_ack_seconds_bucket{event=\"send\",le=\"+Inf\"} 4\n"
                                       "wgw_ack_seconds_sum{event=\"send\"} 3.00255\n"
                                       "wgw_ack_seconds_count{event=\"send\"} 4\n"
    );
}

TEST(AMetricsPage, TellsFactsInLabelsAndEscapesThem)
{
    const auto write = [](MetricsPage& page) {
        page.info(
            "wgw_build", "a\nb",
            {
                {"version", "1\"\\\n"}
        }
        );
    };
    EXPECT_EQ(
        page_of(Form::openmetrics, write), "# HELP wgw_build a\\nb\n# TYPE wgw_build info\n"
                                           "wgw_build_info{version=\"1\\\"\\\\\\n\"} 1\n# EOF\n"
    );
    EXPECT_EQ(
        page_of(Form::classic, write), "# HELP wgw_build_info a\\nb\n# TYPE wgw_build_info gauge\n"
                                       "wgw_build_info{version=\"1\\\"\\\\\\n\"} 1\n"
    );
}

TEST(AMetricsPage, IsOpenMetricsForWhoAsksForThat)
{
    const std::string_view prometheus =
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
        "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    EXPECT_EQ(MetricsPage::form_for(prometheus), Form::openmetrics);
    EXPECT_EQ(MetricsPage::form_for("*/*"), Form::classic);
    EXPECT_EQ(MetricsPage::form_for(""), Form::classic);
    EXPECT_EQ(
        MetricsPage::content_type(Form::openmetrics), "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
}

}  // namespace
}  // namespace wgw
