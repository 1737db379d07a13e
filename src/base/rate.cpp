#include "base/rate.hpp"

#include <array>
#include <charconv>

namespace wgw {
namespace {

struct Unit {
    std::string_view name;
    Duration length;
};

/// Longest first: that is how a period is written.
constexpr std::array kUnits{
    Unit{"h",   std::chrono::hours(1)  },
    Unit{"min", std::chrono::minutes(1)},
    Unit{"s",   std::chrono::seconds(1)},
};

/// A number from 1 to `most` at the front of `text`, which loses it.
std::optional<std::int64_t> take_number(std::string_view& text, std::int64_t most)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value < 1 || value > most)
        return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

bool take(std::string_view& text, std::string_view front)
{
    if (!text.starts_with(front))
        return false;
    text.remove_prefix(front.size());
    return true;
}

/// `s`, `10min` at the front of `text`, which loses it.
std::optional<Duration> take_period(std::string_view& text)
{
    std::int64_t many = 1;
    if (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        const auto number = take_number(text, kLongestPeriod / std::chrono::seconds(1));
        if (!number)
            return {};
        many = *number;
    }
    for (const auto& unit : kUnits)
        if (take(text, unit.name))
            return many * unit.length <= kLongestPeriod ? std::optional(many * unit.length) : std::nullopt;
    return {};
}

}  // namespace

std::optional<Rate> parse_rate(std::string_view text)
{
    if (text == "off")
        return Rate{};
    const auto count = take_number(text, kMostOfRate);
    if (!count || !take(text, "/"))
        return {};
    const auto period = take_period(text);
    if (!period)
        return {};
    if (text.empty())
        return Rate{*count, *period, *count};
    const auto burst = take(text, "+") ? take_number(text, kMostOfRate) : std::nullopt;
    if (!burst || !text.empty())
        return {};
    return Rate{*count, *period, *burst};
}

std::string to_text(const Rate& rate)
{
    if (rate.is_off())
        return "off";
    std::string out = std::to_string(rate.count) + "/";
    for (const auto& unit : kUnits) {
        if (rate.period % unit.length != Duration(0))
            continue;
        if (const auto many = rate.period / unit.length; many != 1)
            out += std::to_string(many);
        out += unit.name;
        break;
    }
    if (rate.burst != rate.count)
        out += "+" + std::to_string(rate.burst);
    return out;
}

}  // namespace wgw
