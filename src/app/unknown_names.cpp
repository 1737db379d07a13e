#include "app/unknown_names.hpp"

#include "app/option_table.hpp"
#include "app/spelling.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace wgw::app {
namespace {

/// Names that others set, too, as Kubernetes does for a service named redis: what is not known of them is not told.
constexpr std::array<std::string_view, 3> kClusterPrefixes{"DB_", "RMQ_", "REDIS_"};

/// Of what this program reads.
constexpr std::array<std::string_view, 3> kPrefixes{"WGW_", "GATEWAY_", "JWT_"};

bool starts_with_any(std::string_view name, std::span<const std::string_view> prefixes)
{
    return std::ranges::any_of(prefixes, [name](std::string_view prefix) { return name.starts_with(prefix); });
}

/// What may be set: the table, and the files of its secrets.
std::vector<std::string> known_names()
{
    std::vector<std::string> names;
    for (const auto& row : option_table()) {
        names.emplace_back(row.name);
        if (row.is_secret)
            names.push_back(std::string(row.name) + "_FILE");
    }
    return names;
}

/// What stands behind the prefix of a name of ours: PORT of GATEWAY_PORT.
std::string_view behind_prefix(std::string_view name)
{
    for (const auto prefix : kPrefixes)
        if (name.starts_with(prefix))
            return name.substr(prefix.size());
    return {};
}

/// How far a mistyped name is from one of ours: a wrong prefix is one mistake, however it is spelled.
std::size_t mistakes(std::string_view name, std::string_view right)
{
    const auto end = behind_prefix(name);
    const auto right_end = behind_prefix(right);
    const bool same_prefix =
        name.substr(0, name.size() - end.size()) == right.substr(0, right.size() - right_end.size());
    return distance(end, right_end) + (same_prefix ? 0 : 1);
}

std::string upper(std::string_view text)
{
    std::string out(text);
    for (char& c : out)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
}

/// Which of ours somebody may have meant who wrote `name` into .env, where most of what stands is for us; nothing:
/// none.
std::optional<std::string> near_one(std::string_view name, const std::vector<std::string>& known)
{
    const auto given = upper(name);
    for (const auto& right : known)
        if (given == behind_prefix(right))
            return right;
    const auto away = [&given](const std::string& right) { return distance(given, right); };
    const auto nearest = std::ranges::min_element(known, {}, away);
    return away(*nearest) <= nearest->size() / 4 ? std::optional(*nearest) : std::nullopt;
}

std::string unknown(const std::string& name, const std::string& meant)
{
    return name + " is not a setting of this program. Did you mean " + meant + "?";
}

}  // namespace

std::vector<std::string> warn_of_unknown(const OptionValues& values)
{
    const auto known = known_names();
    std::vector<std::string> warnings;
    for (const auto& [name, value] : values.all()) {
        const bool is_known = std::ranges::find(known, name) != known.end();
        const bool may_be_others = starts_with_any(name, kClusterPrefixes) && values.origin(name) != kDotenv;
        if (is_known || name.starts_with("WGW_TEST_") || may_be_others)
            continue;
        if (!starts_with_any(name, kPrefixes)) {
            if (const auto meant = values.origin(name) == kDotenv ? near_one(name, known) : std::nullopt)
                warnings.push_back(unknown(name, *meant));
            continue;
        }
        const auto nearest =
            std::ranges::min_element(known, {}, [&name](const auto& right) { return mistakes(name, right); });
        warnings.push_back(unknown(name, *nearest));
    }
    return warnings;
}

}  // namespace wgw::app
