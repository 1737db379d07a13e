#include "base/log.hpp"

#include "base/ascii.hpp"
#include "base/time.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cmath>

namespace wgw::log {
namespace {

std::atomic<Level> g_level{Level::info};
std::atomic<Format> g_format{Format::text};

constexpr std::string_view kNames[] = {"debug", "info", "warn", "error"};

std::string_view name(Level level) { return kNames[static_cast<std::size_t>(level)]; }

/// JSON string escapes; also for text, so that nobody's bytes reach the operator's terminal as commands.
void escape(std::string& out, std::string_view text)
{
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte == 0x7f) {
            out += "\\u00";
            append_hex(out, {&c, 1});
        } else {
            out += c;
        }
    }
}

void quoted(std::string& out, std::string_view text)
{
    out += '"';
    escape(out, text);
    out += '"';
}

void value(std::string& out, const Field& field, bool always_quote)
{
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
        const bool plain = !always_quote && !text->empty() && text->find_first_of(" =\"\\") == std::string_view::npos;
        plain ? escape(out, *text) : quoted(out, *text);
    } else if (const auto* integer = std::get_if<std::int64_t>(&field.value)) {
        out += std::to_string(*integer);
    } else if (const auto* number = std::get_if<double>(&field.value)) {
        out += std::isfinite(*number) ? fmt::format("{}", *number) : "null";
    } else {
        out += std::get<bool>(field.value) ? "true" : "false";
    }
}

spdlog::logger& sink()
{
    static const auto logger = [] {
        auto made = std::make_shared<spdlog::logger>("wgw", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%v");
        made->set_level(spdlog::level::trace);
        return made;
    }();
    return *logger;
}

}  // namespace

void init(Level level, Format format)
{
    g_level = level;
    g_format = format;
}

void set_level(Level level) { g_level = level; }

std::string render(Format format, std::string_view iso_time, Level level, std::string_view sentence, Fields fields)
{
    std::string out;
    if (format == Format::json) {
        out += R"({"ts":")";
        out += iso_time;
        out += R"(","level":")";
        out += name(level);
        out += R"(","msg":)";
        quoted(out, sentence);
        for (const auto& field : fields) {
            out += ",";
            quoted(out, field.name);
            out += ':';
            value(out, field, true);
        }
        out += '}';
        return out;
    }
    out += iso_time;
    out += ' ';
    out += name(level);
    out += std::string(6 - name(level).size(), ' ');
    escape(out, sentence);
    for (const auto& field : fields) {
        out += "  ";
        out += field.name;
        out += '=';
        value(out, field, false);
    }
    return out;
}

void write(Level level, std::string_view sentence, Fields fields)
{
    if (level < g_level)
        return;
    sink().info("{}", render(g_format, to_iso(SystemClock().now()), level, sentence, fields));
}

}  // namespace wgw::log
