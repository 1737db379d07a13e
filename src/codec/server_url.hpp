#pragma once
/// A URL that names a server and who signs in there: `redis://user:password@host:port/path`.
///
/// Strict  user and password are percent-encoded where they hold one of `:@/?#[]%`; an IPv6 address stands in brackets;
///         no query and no fragment
/// Source  RFC 3986 §3
/// Tests   server_url_test.cpp

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace wgw {

struct ServerUrl {
    std::string scheme;
    std::optional<std::string> user = {};      ///< Decoded; nothing: it has none.
    std::optional<std::string> password = {};  ///< The same.
    std::string host;                          ///< Without brackets. Not empty.
    std::optional<std::uint16_t> port = {};
    std::string path = {};  ///< Decoded, without its first `/`.

    friend bool operator==(const ServerUrl&, const ServerUrl&) = default;
};

/// Which part is wrong. Whoever reads a setting makes a sentence of it, without the URL: it may hold a password.
enum class ServerUrlError : std::uint8_t { no_url, user_or_password, host, port, path, query };

std::expected<ServerUrl, ServerUrlError> parse_server_url(std::string_view text);

/// What to mend, as the rest of a sentence that begins with the name of the setting: `has a port that is …`.
std::string_view advice(ServerUrlError error);

/// A port as a setting has it: 1 to 65535, nothing else around it.
std::optional<std::uint16_t> parse_port(std::string_view text);

}  // namespace wgw
