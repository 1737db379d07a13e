#include "app/addresses.hpp"

#include "app/option_error.hpp"
#include "base/ascii.hpp"
#include "codec/ip_address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <utility>

namespace wgw::app {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kOfNames = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
constexpr std::size_t kLongestName = 253;  // RFC 1035 §2.3.4, as text
constexpr std::size_t kLongestLabel = 63;

/// As the resolver reads them: also `fe80::1%eth0` of a network, and 127.1.
bool is_ip(const std::string& host)
{
    in_addr v4{};
    const bool is_number = host.find_first_not_of("0123456789abcdefABCDEFxX.") == std::string::npos;
    return IpAddress::parse(host.substr(0, host.find('%'))).has_value() ||
           (is_number && ::inet_aton(host.c_str(), &v4) == 1);
}

/// A name of labels. One that ends in a number would be an IPv4 address, and is none.
bool is_name(std::string_view host)
{
    if (host.empty() || host.size() > kLongestName)
        return false;
    std::string_view last;
    while (!host.empty()) {
        last = host.substr(0, host.find('.'));
        if (last.empty() || last.size() > kLongestLabel || last.front() == '-' || last.back() == '-' ||
            last.find_first_not_of(kOfNames) != std::string_view::npos)
            return false;
        host.remove_prefix(std::min(last.size() + 1, host.size()));
    }
    return last.find_first_not_of(kDigits) != std::string_view::npos;
}

/// What is meant by a host that is none; empty: nobody knows.
std::string advice_for(std::string_view host)
{
    if (host.contains("://"))
        return "Leave out the scheme and the path: a name or an IP address alone.";
    if (host.starts_with('[') && host.ends_with(']'))
        return "Write it without the brackets: " + std::string(host.substr(1, host.size() - 2)) + ".";
    const auto colon = host.rfind(':');
    const bool has_port = colon != std::string_view::npos && colon + 1 < host.size() &&
                          host.substr(colon + 1).find_first_not_of(kDigits) == std::string_view::npos;
    if (has_port)
        return "The port has a setting of its own: GATEWAY_PORT, or WGW_ADMIN_PORT.";
    return "Write a name or an IP address: localhost, 127.0.0.1, ::1, or 0.0.0.0 for all.";
}

[[noreturn]] void refuse_origin(const std::string& origin, const std::string& why)
{
    throw OptionError("\"" + origin + "\" in WGW_ORIGINS never matches: " + why);
}

}  // namespace

void check_host(std::string_view name, const std::string& host)
{
    if (!is_ip(host) && !is_name(host))
        throw OptionError(
            std::string(name) + " is \"" + host + "\", which cannot be an address to listen on. " + advice_for(host)
        );
}

void check_origin(const std::string& origin)
{
    if (origin == "*" || origin == "null")  // pages of files, and of frames without an origin, say null
        return;
    const auto colon = origin.find("://");
    if (colon == std::string::npos || colon == 0)
        refuse_origin(origin, "an origin begins with its scheme, as https://" + lower(origin) + ".");
    const std::string scheme = origin.substr(0, colon);
    const std::string rest = origin.substr(colon + 3);
    const std::string place = rest.substr(0, rest.find_first_of("/?#"));
    if (place.contains('@'))
        refuse_origin(origin, "an origin has no user. Write the scheme, the host, and the port if there is one.");
    if (place.size() < rest.size())
        refuse_origin(origin, "an origin has no path and no / at its end. Write " + scheme + "://" + place + ".");
    if (place.contains('*'))
        refuse_origin(origin, "there are no patterns. Name each origin, or write * alone for any.");
    if (lower(origin) != origin)
        refuse_origin(origin, "browsers write it in lower case. Write " + lower(origin) + ".");
    const bool is_ascii = std::ranges::all_of(origin, [](char c) { return c > ' ' && c < '\x7f'; });
    if (place.empty() || !is_ascii)
        refuse_origin(origin, "write a host behind the scheme; one with other letters as browsers send it: xn--….");
    constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kOwnPorts{
        std::pair<std::string_view, std::string_view>{"http",  ":80" },
        std::pair<std::string_view, std::string_view>{"https", ":443"}
    };
    for (const auto& [of, port] : kOwnPorts)
        if (scheme == of && place.ends_with(port))
            refuse_origin(
                origin, "browsers leave out the port that " + scheme + " has anyway. Write " +
                            origin.substr(0, origin.size() - port.size()) + "."
            );
}

std::string place_of(std::string_view host, std::uint16_t port)
{
    const std::string name(host);
    return (name.contains(':') ? "[" + name + "]" : name) + ":" + std::to_string(port);
}

std::string url_of(std::string_view host, std::uint16_t port)
{
    std::string name(host == "0.0.0.0" || host == "::" ? std::string_view("localhost") : host);
    if (const auto zone = name.find('%'); zone != std::string::npos)
        name.insert(zone + 1, "25");  // RFC 6874
    return "http://" + place_of(name, port);
}

}  // namespace wgw::app
