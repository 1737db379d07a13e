#include "base/time.hpp"

#include <cstdio>
#include <ctime>

namespace wgw {

std::string to_iso(Timestamp time)
{
    const auto ms = ((time.unix_ms % 1000) + 1000) % 1000;
    const auto seconds = static_cast<std::time_t>((time.unix_ms - ms) / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[40];
    const int length = std::snprintf(
        text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
        parts.tm_hour, parts.tm_min, parts.tm_sec, static_cast<int>(ms)
    );
    return std::string(text, static_cast<std::size_t>(length));
}

std::optional<Timestamp> from_iso(std::string_view text)
{
    constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd.dddZ";
    if (text.size() != kForm.size())
        return {};
    for (std::size_t i = 0; i < kForm.size(); ++i)
        if (kForm[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != kForm[i])
            return {};
    const auto number = [text](std::size_t at, std::size_t digits) {
        int value = 0;
        for (const char digit : text.substr(at, digits))
            value = value * 10 + (digit - '0');
        return value;
    };
    std::tm parts{};
    parts.tm_year = number(0, 4) - 1900;
    parts.tm_mon = number(5, 2) - 1;
    parts.tm_mday = number(8, 2);
    parts.tm_hour = number(11, 2);
    parts.tm_min = number(14, 2);
    parts.tm_sec = number(17, 2);
    return Timestamp{std::int64_t{timegm(&parts)} * 1000 + number(20, 3)};
}

Timestamp SystemClock::now() const
{
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

Instant SystemClock::monotonic() const { return {monotonic_us() / 1'000}; }

std::int64_t SystemClock::monotonic_us() const
{
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

}  // namespace wgw
