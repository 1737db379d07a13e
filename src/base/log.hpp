#pragma once
/// The operator's log: one line per thing that went wrong or changed, a sentence and fields. To stderr.
///
///     log::warn("The store is full; sends are refused until there is room.", {{"path", path}, {"free_bytes", free}});
///
/// Text on a terminal, one JSON object per line otherwise. Never a token, a password or a message's content.
/// Any thread; before init() lines go out as text at level info.
/// Tests  log_test.cpp

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace wgw::log {

enum class Level { debug, info, warn, error };
enum class Format { text, json };

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

/// Chooses level and form. Call once, early.
void init(Level level, Format format);

/// Any thread, at any time.
void set_level(Level level);

void write(Level level, std::string_view sentence, Fields fields = {});

inline void debug(std::string_view sentence, Fields fields = {}) { write(Level::debug, sentence, fields); }
inline void info(std::string_view sentence, Fields fields = {}) { write(Level::info, sentence, fields); }
inline void warn(std::string_view sentence, Fields fields = {}) { write(Level::warn, sentence, fields); }
inline void error(std::string_view sentence, Fields fields = {}) { write(Level::error, sentence, fields); }

/// What write() writes, without the line break.
std::string render(Format format, std::string_view iso_time, Level level, std::string_view sentence, Fields fields);

}  // namespace wgw::log
