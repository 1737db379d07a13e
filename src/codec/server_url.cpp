#include "codec/server_url.hpp"

#include "codec/url.hpp"

#include <charconv>

namespace wgw {
namespace {

using Error = ServerUrlError;

/// Decoded; nothing if that fails or a NUL stands in it, which C libraries would cut at.
std::optional<std::string> decoded(std::string_view text)
{
    auto value = percent_decode(text);
    if (value && value->contains('\0'))
        return {};
    return value;
}

/// `user:password`
bool read_account(ServerUrl& url, std::string_view text)
{
    const auto colon = text.find(':');
    url.user = decoded(text.substr(0, colon));
    if (colon != std::string_view::npos)
        url.password = decoded(text.substr(colon + 1));
    return url.user && (colon == std::string_view::npos || url.password);
}

/// `host:port`
std::optional<Error> read_place(ServerUrl& url, std::string_view text)
{
    std::string_view behind;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos)
            return Error::host;
        url.host = text.substr(1, end - 1);
        behind = text.substr(end + 1);
    } else {
        const auto colon = text.find(':');
        url.host = text.substr(0, colon);
        behind = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    }
    if (url.host.empty() || url.host.find_first_of(" %\\\"<>^`{|}") != std::string::npos)
        return Error::host;
    if (behind.empty())
        return {};
    if (!behind.starts_with(':'))
        return Error::host;
    url.port = parse_port(behind.substr(1));
    return url.port ? std::optional<Error>() : Error::port;
}

}  // namespace

std::optional<std::uint16_t> parse_port(std::string_view text)
{
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc() || stop != end || port == 0)
        return {};
    return port;
}

std::expected<ServerUrl, ServerUrlError> parse_server_url(std::string_view text)
{
    const auto colon = text.find("://");
    if (colon == std::string_view::npos || colon == 0)
        return std::unexpected(Error::no_url);
    ServerUrl url{.scheme = std::string(text.substr(0, colon)), .host = {}};
    auto rest = text.substr(colon + 3);
    if (rest.find_first_of("?#") != std::string_view::npos)
        return std::unexpected(Error::query);
    const auto slash = rest.find('/');
    if (slash != std::string_view::npos) {
        auto path = decoded(rest.substr(slash + 1));
        if (!path)
            return std::unexpected(Error::path);
        url.path = *std::move(path);
    }
    rest = rest.substr(0, slash);
    if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
        if (!read_account(url, rest.substr(0, at)))
            return std::unexpected(Error::user_or_password);
        rest.remove_prefix(at + 1);
    }
    if (const auto wrong = read_place(url, rest))
        return std::unexpected(*wrong);
    return url;
}

std::string_view advice(ServerUrlError error)
{
    switch (error) {
    case Error::no_url:
        return "does not begin like a URL: a scheme and ://.";
    case Error::user_or_password:
        return "has a user or a password that is not percent-encoded: write one of :@/?#[]% in it as %3a, %40, %2f, "
               "%3f, "
               "%23, %5b, %5d, %25.";
    case Error::host:
        return "names no host behind the last @. Write one of :@/ of a password as %3a, %40, %2f, and an IPv6 address "
               "in "
               "brackets.";
    case Error::port:
        return "has a port that is not a number from 1 to 65535.";
    case Error::path:
        return "has a path that is not percent-encoded.";
    case Error::query:
        return "has something behind a ? or #, and there is nothing to be said there. Write a ? or # of a password as "
               "%3f or "
               "%23.";
    }
    return {};
}

}  // namespace wgw
