#include "sio/protocol/origins.hpp"

#include <algorithm>

namespace wgw::sio {
namespace {

bool is_loopback(std::string_view origin)
{
    const auto scheme = origin.find("://");
    if (scheme == std::string_view::npos)
        return false;
    std::string_view host = origin.substr(scheme + 3);
    host = host.starts_with("[::1]") ? host.substr(0, 5) : host.substr(0, host.find(':'));
    return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

bool is_listed(const OriginOptions& options, std::string_view origin)
{
    return std::ranges::any_of(options.allowed, [&](const std::string& known) {
        return known == "*" || known == origin;
    });
}

/// Without the port that the scheme has anyway: some clients write it into `Host` and not into `Origin`.
std::string_view without_default_port(std::string_view host, std::string_view scheme)
{
    const bool is_plain = scheme == "http" || scheme == "ws";
    const bool is_secure = scheme == "https" || scheme == "wss";
    const std::string_view port = is_plain ? ":80" : is_secure ? ":443" : "";
    if (host.ends_with(port))
        host.remove_suffix(port.size());
    return host;
}

/// Whether it is that of `host`. By what scheme is not looked at: TLS may end in front of us.
bool is_own(std::string_view origin, std::string_view host)
{
    const auto end = origin.find("://");
    if (end == std::string_view::npos)
        return false;
    const auto scheme = origin.substr(0, end);
    const auto own = without_default_port(host, scheme);
    return !own.empty() && without_default_port(origin.substr(end + 3), scheme) == own;
}

void add(HeaderFields& fields, std::string_view name, std::string_view value) { fields.emplace_back(name, value); }

}  // namespace

bool may_connect(const OriginOptions& options, std::optional<std::string_view> origin, std::string_view host)
{
    if (!origin)
        return true;
    return is_own(*origin, host) || (options.loopback && is_loopback(*origin)) || is_listed(options, *origin);
}

HeaderFields cors_fields(const OriginOptions& options, std::optional<std::string_view> origin)
{
    HeaderFields fields;
    if (!options.cors)
        return fields;
    // With credentials `*` means nothing to a browser: then the origin itself is named.
    const bool any = std::ranges::find(options.allowed, "*") != options.allowed.end();
    if (any && !options.cors->credentials) {
        add(fields, "access-control-allow-origin", "*");
        return fields;
    }
    const bool allowed = origin && (is_listed(options, *origin) || (options.loopback && is_loopback(*origin)));
    if (allowed)
        add(fields, "access-control-allow-origin", *origin);
    add(fields, "vary", "Origin");
    if (allowed && options.cors->credentials)
        add(fields, "access-control-allow-credentials", "true");
    return fields;
}

HeaderFields preflight_fields(
    const OriginOptions& options, std::optional<std::string_view> origin, std::optional<std::string_view> requested
)
{
    HeaderFields fields = cors_fields(options, origin);
    if (fields.empty() || fields.front().first != "access-control-allow-origin")
        return fields;
    // Whether the request's own fields are named or not, the answer depends on them.
    const auto vary = std::ranges::find(fields, "vary", &HeaderFields::value_type::first);
    if (vary != fields.end())
        vary->second += ", Access-Control-Request-Headers";
    else
        add(fields, "vary", "Access-Control-Request-Headers");
    add(fields, "access-control-allow-methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
    if (requested)
        add(fields, "access-control-allow-headers", *requested);
    if (options.cors->max_age_s)
        add(fields, "access-control-max-age", std::to_string(*options.cors->max_age_s));
    return fields;
}

}  // namespace wgw::sio
