#include "base/metrics_page.hpp"

#include <spdlog/fmt/fmt.h>

namespace wgw {
namespace {

void escape(std::string& out, std::string_view text)
{
    for (const char c : text) {
        if (c == '\n')
            out += "\\n";
        else if (c == '\\' || c == '"')
            (out += '\\') += c;
        else
            out += c;
    }
}

/// As OpenMetrics writes numbers that are not whole: 1 is `1.0`.
std::string real(double value)
{
    std::string text = fmt::format("{}", value);
    if (text.find_first_of(".einf") == std::string::npos)
        text += ".0";
    return text;
}

}  // namespace

// A reader that takes both says so with weights. Whoever names OpenMetrics at all understands it.
MetricsPage::Form MetricsPage::form_for(std::string_view accept)
{
    return accept.contains("application/openmetrics-text") ? Form::openmetrics : Form::classic;
}

std::string_view MetricsPage::content_type(Form form)
{
    return form == Form::openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                     : "text/plain; version=0.0.4; charset=utf-8";
}

void MetricsPage::family(std::string_view name, std::string_view type, std::string_view help)
{
    name_ = name;
    suffix_ = type == "counter" ? "_total" : type == "info" ? "_info" : "";
    // The older format knows no suffix and no `info`: there the family has the name of its samples.
    const bool classic = form_ == Form::classic;
    const std::string shown = classic ? name_ + suffix_ : name_;
    out_ += "# HELP " + shown + ' ';
    escape(out_, help);
    out_ += "\n# TYPE " + shown + ' ';
    out_ += classic && type == "info" ? "gauge" : type;
    out_ += '\n';
    if (!classic)
        for (const std::string_view unit : {"seconds", "bytes"})
            if (name.ends_with("_" + std::string(unit)))
                (((out_ += "# UNIT ") += name_ + ' ') += unit) += '\n';
}

void MetricsPage::line(std::string_view suffix, Labels labels, std::string_view bound, std::string_view value)
{
    out_ += name_;
    out_ += suffix;
    char before = '{';
    const auto label = [&](std::string_view name, std::string_view text) {
        ((out_ += std::exchange(before, ',')) += name) += "=\"";
        escape(out_, text);
        out_ += '"';
    };
    for (const auto& [name, text] : labels)
        label(name, text);
    if (!bound.empty())
        label("le", bound);
    if (before == ',')
        out_ += '}';
    ((out_ += ' ') += value) += '\n';
}

void MetricsPage::info(std::string_view name, std::string_view help, Labels labels)
{
    family(name, "info", help);
    line(suffix_, labels, {}, "1");
}

void MetricsPage::sample(Labels labels, std::uint64_t value) { line(suffix_, labels, {}, std::to_string(value)); }

void MetricsPage::sample(Labels labels, double value) { line(suffix_, labels, {}, real(value)); }

void MetricsPage::sample(Labels labels, const Histogram& values, double per_unit)
{
    std::uint64_t below = 0;
    for (std::size_t place = 0; place < values.bounds().size(); ++place) {
        below += values.bucket(place);
        line("_bucket", labels, real(static_cast<double>(values.bounds()[place]) / per_unit), std::to_string(below));
    }
    const auto all = std::to_string(below + values.bucket(values.bounds().size()));
    line("_bucket", labels, "+Inf", all);
    line("_sum", labels, {}, real(static_cast<double>(values.sum()) / per_unit));
    line("_count", labels, {}, all);
}

std::string MetricsPage::take()
{
    if (form_ == Form::openmetrics)
        out_ += "# EOF\n";
    return std::exchange(out_, {});
}

}  // namespace wgw
