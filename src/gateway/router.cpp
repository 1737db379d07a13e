#include "gateway/router.hpp"

#include "codec/url.hpp"
#include "codec/utf8.hpp"

namespace wgw::gateway {
namespace {

constexpr std::size_t kLongestParameter = 100;  // characters; the recorded gateway's router has the same bound

std::vector<std::string_view> split(std::string_view path)
{
    std::vector<std::string_view> parts;
    if (path.starts_with('/'))
        path.remove_prefix(1);
    while (true) {
        const auto slash = path.find('/');
        parts.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos)
            return parts;
        path.remove_prefix(slash + 1);
    }
}

bool is_parameter(std::string_view part) { return part.starts_with(':'); }

/// Fixed parts first: /user/me is tried before /user/:username.
bool more_fixed(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b)
{
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
        if (is_parameter(a[i]) != is_parameter(b[i]))
            return is_parameter(b[i]);
    return false;
}

}  // namespace

std::optional<std::vector<std::string>> split_path(std::string_view path)
{
    std::vector<std::string> decoded;
    for (const auto part : split(path)) {
        auto text = percent_decode(part);
        if (!text)
            return {};
        decoded.push_back(*std::move(text));
    }
    return decoded;
}

Router::Router(std::vector<RoutePattern> patterns)
{
    for (const auto& pattern : patterns)
        rows_.push_back({pattern.method, split(pattern.path)});
}

std::optional<RouteMatch> Router::match(std::string_view method, const std::vector<std::string>& parts) const
{
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const Row& row = rows_[i];
        if (row.parts.size() != parts.size() || (row.method != method && !(method == "HEAD" && row.method == "GET")))
            continue;
        bool fits = true;
        for (std::size_t p = 0; p < parts.size() && fits; ++p)
            fits = is_parameter(row.parts[p]) ? code_points(parts[p]) <= kLongestParameter : row.parts[p] == parts[p];
        if (fits && (!best || more_fixed(row.parts, rows_[*best].parts)))
            best = i;
    }
    if (!best)
        return {};
    RouteMatch match{*best, {}};
    for (std::size_t p = 0; p < parts.size(); ++p)
        if (is_parameter(rows_[*best].parts[p]))
            match.parameters.push_back(parts[p]);
    return match;
}

}  // namespace wgw::gateway
