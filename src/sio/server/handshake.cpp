#include "sio/server/handshake.hpp"

#include "codec/url.hpp"

namespace wgw::sio {
namespace {

bool is_of_the_upgrade(std::string_view name)
{
    return name == "connection" || name == "upgrade" || name.starts_with("sec-websocket-");
}

KeptText packed(const Handshake::Pairs& headers, std::string_view query)
{
    std::string text(query);
    for (const auto& [name, value] : headers)
        if (!is_of_the_upgrade(name))
            text.append("\n").append(name).append(":").append(value);
    return KeptText(text);
}

/// The first line of `text`, which loses it.
std::string_view take_line(std::string_view& text)
{
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

std::pair<std::string_view, std::string_view> pair_of(std::string_view line)
{
    const auto colon = line.find(':');
    return {line.substr(0, colon), line.substr(colon + 1)};
}

}  // namespace

Handshake::Handshake(const Pairs& headers, std::string_view query) : text_(packed(headers, query)) {}

std::optional<std::string_view> Handshake::header(std::string_view name) const
{
    auto rest = text_.view();
    take_line(rest);
    while (!rest.empty())
        if (const auto [known, value] = pair_of(take_line(rest)); known == name)
            return value;
    return {};
}

std::optional<std::string> Handshake::parameter(std::string_view name) const
{
    for (auto& [known, value] : query())
        if (known == name)
            return std::move(value);
    return {};
}

Handshake::Pairs Handshake::headers() const
{
    Pairs pairs;
    auto rest = text_.view();
    take_line(rest);
    while (!rest.empty()) {
        const auto [name, value] = pair_of(take_line(rest));
        pairs.emplace_back(name, value);
    }
    return pairs;
}

std::string_view Handshake::query_text() const
{
    auto rest = text_.view();
    return take_line(rest);
}

Handshake::Pairs Handshake::query() const { return form_pairs(query_text()); }

}  // namespace wgw::sio
