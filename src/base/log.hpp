#pragma once
/// The operator's log: one line per thing that went wrong or changed, a sentence and fields. To stderr.
///
///     log::warn("The store is full; sends are refused until there is room.", {{"path", path}, {"free_bytes", free}});
///
/// Text on a terminal, one JSON object per line otherwise, always valid UTF-8 and one line: control characters, line
/// ends and marks that turn the direction of writing are escaped. Never a token, a password, a query string, an
/// Engine.IO sid or a message's content.
///
/// Names   of fields are the same everywhere: `request_id` and `trace_id` of a request or event, `user_id`, `sid` (that
///         of Socket.IO), `room_id`, `address`, `code` (of the answer), `what` (broke). A text that is empty is left out.
///         `logger` is the folder below src of whoever writes
/// Bound   lines of one kind (sentence) kPerSecond; the rest is counted, and told when the second is over
/// Threads any; before init() lines go out as text at level info
/// Tests   log_test.cpp, tests/e2e/canary.test.mjs

#include <cstdint>
#include <initializer_list>
#include <source_location>
#include <string>
#include <string_view>
#include <variant>

namespace wgw::log {

enum class Level { debug, info, warn, error };
enum class Format { text, json };

inline constexpr std::uint32_t kPerSecond = 100;  ///< Lines of one kind.

struct Field {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, double, bool> value;

    Field(std::string_view n, std::string_view v) : name(n), value(v) {}
    Field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
    Field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
    Field(std::string_view n, bool v) : name(n), value(v) {}
    Field(std::string_view n, double v) : name(n), value(v) {}
    template <class Integer>
        requires std::is_integral_v<Integer>
    Field(std::string_view n, Integer v) : name(n), value(static_cast<std::int64_t>(v))
    {
    }
};

using Fields = std::initializer_list<Field>;

/// Chooses level and form. Early; the level may be changed later.
void init(Level level, Format format);

/// Any thread, at any time.
void set_level(Level level);
/// Whether lines of that level are written: before work that is for them alone.
bool is_on(Level level);

using Where = std::source_location;

void write(Level level, std::string_view sentence, Fields fields = {}, Where where = Where::current());

inline void debug(std::string_view sentence, Fields fields = {}, Where where = Where::current())
{
    write(Level::debug, sentence, fields, where);
}
inline void info(std::string_view sentence, Fields fields = {}, Where where = Where::current())
{
    write(Level::info, sentence, fields, where);
}
inline void warn(std::string_view sentence, Fields fields = {}, Where where = Where::current())
{
    write(Level::warn, sentence, fields, where);
}
inline void error(std::string_view sentence, Fields fields = {}, Where where = Where::current())
{
    write(Level::error, sentence, fields, where);
}

/// Lines that were not written because there were too many of their kind.
std::uint64_t suppressed();

/// What write() writes, without the line break. Only JSON has the logger: a person reads the sentence.
std::string render(
    Format format, std::string_view iso_time, Level level, std::string_view logger, std::string_view sentence,
    Fields fields
);

/// The folder of a source file below src: `gateway` of `/home/me/wegowhere/src/gateway/rest.cpp`. Empty: none.
std::string_view logger_of(std::string_view file);

}  // namespace wgw::log
