#include "codec/forwarded.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace wgw {
namespace {

/// The places of a list, first to last; nothing where there is no address in one.
using Hops = std::vector<std::optional<IpAddress>>;

std::string_view trimmed(std::string_view text)
{
    const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

bool is_port(std::string_view text)
{
    return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]`, `[2001:db8::1]:80`; a bare `2001:db8::1` where `bare_v6`.
std::optional<IpAddress> node(std::string_view text, bool bare_v6)
{
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos)
            return {};
        const auto behind = text.substr(end + 1);
        if (!behind.empty() && !(behind.front() == ':' && is_port(behind.substr(1))))
            return {};
        const auto inside = text.substr(1, end - 1);
        return inside.contains(':') ? IpAddress::parse(inside) : std::nullopt;
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return IpAddress::parse(text);
    if (text.find(':', colon + 1) != std::string_view::npos)
        return bare_v6 ? IpAddress::parse(text) : std::nullopt;
    return is_port(text.substr(colon + 1)) ? IpAddress::parse(text.substr(0, colon)) : std::nullopt;
}

void read_list(std::string_view value, Hops& hops)
{
    while (true) {
        const auto comma = value.find(',');
        hops.push_back(node(trimmed(value.substr(0, comma)), true));
        if (comma == std::string_view::npos)
            return;
        value.remove_prefix(comma + 1);
    }
}

/// Reads one field `Forwarded`, by its grammar: elements between commas, of pairs between semicolons.
class ForwardedReader {
public:
    explicit ForwardedReader(std::string_view text) : rest_(text) {}

    /// One place for each element. What breaks the grammar makes the element no address, and what follows it another.
    void read(Hops& hops)
    {
        do
            hops.push_back(element());
        while (take(','));
        if (!rest_.empty())
            hops.emplace_back();
    }

private:
    std::optional<IpAddress> element()
    {
        std::optional<IpAddress> found;
        bool is_good = true, has_for = false;
        do {
            const std::string name = lower(trimmed(until("=,;\"")));
            if (name.empty() && !rest_.starts_with('='))
                continue;  // an empty pair, as in `for=192.0.2.1;`
            is_good = take('=') && is_good;
            const auto text = value();
            if (!text)
                return {};
            if (name != "for")
                continue;
            is_good = is_good && !std::exchange(has_for, true);  // RFC 7239 §4: each parameter once
            found = node(*text, false);
        } while (take(';'));
        return is_good ? found : std::nullopt;
    }

    /// A token or a quoted string without its quotes. Nothing: the quotes do not end.
    std::optional<std::string> value()
    {
        skip_space();
        if (!take('"'))
            return std::string(trimmed(until(",;")));
        std::string text;
        while (!rest_.empty() && rest_.front() != '"') {
            if (rest_.front() == '\\')
                rest_.remove_prefix(1);
            if (rest_.empty())
                return {};
            text += rest_.front();
            rest_.remove_prefix(1);
        }
        if (!take('"'))
            return {};
        return trimmed(until(",;")).empty() ? std::optional(text) : std::nullopt;
    }

    std::string_view until(std::string_view ends)
    {
        const auto end = std::min(rest_.find_first_of(ends), rest_.size());
        const auto text = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return text;
    }

    bool take(char c)
    {
        if (!rest_.starts_with(c))
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

    std::string_view rest_;
};

bool is_trusted(const IpAddress& address, std::span<const IpNetwork> trusted)
{
    return std::ranges::any_of(trusted, [&address](const IpNetwork& network) { return network.contains(address); });
}

IpAddress walk(IpAddress at, const Hops& hops, std::span<const IpNetwork> trusted)
{
    for (std::size_t i = hops.size(); i > 0 && is_trusted(at, trusted) && hops[i - 1]; --i)
        at = *hops[i - 1];
    return at;
}

}  // namespace

std::string client_address(const HttpRequest& request, std::span<const IpNetwork> trusted)
{
    const auto peer = trusted.empty() ? std::nullopt : IpAddress::parse(request.peer);
    if (!peer || !is_trusted(*peer, trusted))
        return request.peer;
    Hops listed, forwarded;
    for (const auto& [name, value] : request.headers) {
        if (name == "x-forwarded-for")
            read_list(value, listed);
        else if (name == "forwarded")
            ForwardedReader(value).read(forwarded);
    }
    const auto by_list = walk(*peer, listed, trusted);
    const auto by_forwarded = walk(*peer, forwarded, trusted);
    if (listed.empty())
        return by_forwarded.text();
    return forwarded.empty() || by_list == by_forwarded ? by_list.text() : peer->text();
}

}  // namespace wgw
