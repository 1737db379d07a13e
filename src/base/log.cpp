#include "base/log.hpp"

#include "base/log_pace.hpp"
#include "base/time.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <mutex>

namespace wgw::log {
namespace {

std::atomic<Level> g_level{Level::info};
std::atomic<Format> g_format{Format::text};

constexpr std::string_view kNames[] = {"debug", "info", "warn", "error"};

std::string_view name(Level level) { return kNames[static_cast<std::size_t>(level)]; }

/// How many bytes of `text` are one character in valid UTF-8, and which; 0: none are.
std::size_t character(std::string_view text, std::uint32_t& point)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const std::size_t size = byte(0) < 0x80 ? 1 : byte(0) < 0xc2 ? 0 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
    if (size == 0 || size > text.size() || byte(0) > 0xf4)
        return 0;
    point = size == 1 ? byte(0) : byte(0) & (0xffU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0U) != 0x80)
            return 0;
        point = point << 6 | (byte(i) & 0x3fU);
    }
    constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = point >= 0xd800 && point < 0xe000;
    return point < kLeast[size] || is_surrogate || point > 0x10ffff ? 0 : size;
}

/// Would do something to a terminal, or make one line look like two.
bool is_command(std::uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069);
}

/// JSON string escapes; also for text, so that nobody's bytes reach the operator's terminal as commands.
void escape(std::string& out, std::string_view text)
{
    while (!text.empty()) {
        std::uint32_t point = 0;
        const std::size_t size = character(text, point);
        if (size == 0)
            out += "\\ufffd";
        else if (point == '"' || point == '\\')
            (out += '\\') += text[0];
        else if (is_command(point))
            out += fmt::format("\\u{:04x}", point);
        else
            out += text.substr(0, size);
        text.remove_prefix(std::max<std::size_t>(size, 1));
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
        const bool plain = !always_quote && text->find_first_of(" =\"\\") == std::string_view::npos;
        plain ? escape(out, *text) : quoted(out, *text);
    } else if (const auto* integer = std::get_if<std::int64_t>(&field.value)) {
        out += std::to_string(*integer);
    } else if (const auto* number = std::get_if<double>(&field.value)) {
        out += std::isfinite(*number) ? fmt::format("{}", *number) : "null";
    } else {
        out += std::get<bool>(field.value) ? "true" : "false";
    }
}

bool is_empty(const Field& field)
{
    const auto* text = std::get_if<std::string_view>(&field.value);
    return text != nullptr && text->empty();
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

std::string_view logger_of(std::string_view file)
{
    constexpr std::string_view kRoot = "/src/";
    const auto root = file.rfind(kRoot);
    const auto begin = root == std::string_view::npos ? 0 : root + kRoot.size();
    const auto end = file.rfind('/');
    return root == std::string_view::npos || end < begin ? std::string_view() : file.substr(begin, end - begin);
}

std::string render(
    Format format, std::string_view iso_time, Level level, std::string_view logger, std::string_view sentence,
    Fields fields
)
{
    std::string out;
    if (format == Format::json) {
        out += R"({"ts":")";
        out += iso_time;
        out += R"(","level":")";
        out += name(level);
        out += R"(","msg":)";
        quoted(out, sentence);
        if (!logger.empty()) {
            out += R"(,"logger":)";
            quoted(out, logger);
        }
        for (const auto& field : fields) {
            if (is_empty(field))
                continue;
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
        if (is_empty(field))
            continue;
        out += "  ";
        out += field.name;
        out += '=';
        value(out, field, false);
    }
    return out;
}

namespace {

struct Paced {
    std::mutex mutex;
    Pace pace{kPerSecond};
};

Paced& paced()
{
    static Paced one;
    return one;
}

void put(Level level, std::string_view logger, std::string_view sentence, Fields fields)
{
    sink().info("{}", render(g_format, to_iso(SystemClock().now()), level, logger, sentence, fields));
}

}  // namespace

bool is_on(Level level) { return level >= g_level; }

void write(Level level, std::string_view sentence, Fields fields, Where where)
{
    if (!is_on(level))
        return;
    const Instant now = SystemClock().monotonic();
    const std::scoped_lock lock(paced().mutex);
    for (const auto& missing : paced().pace.take_missing(now))
        put(Level::warn, logger_of(Where::current().file_name()),
            "Lines of one kind came too fast: the rest was not written.",
            {
                {"kind",  missing.sentence},
                {"lines", missing.lines   }
        });
    if (paced().pace.admits(sentence, now))
        put(level, logger_of(where.file_name()), sentence, fields);
}

std::uint64_t suppressed()
{
    const std::scoped_lock lock(paced().mutex);
    return paced().pace.suppressed();
}

}  // namespace wgw::log
