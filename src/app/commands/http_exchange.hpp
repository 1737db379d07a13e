#pragma once
/// One HTTP request of a command to a server of this machine, on a connection of its own. Blocking.
///
/// Bounds  the seconds that are given, for each wait; 4 MiB of answer

#include "net/fd.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wgw::app {

/// A connection; nothing where nobody listens.
net::Fd connect_to(const std::string& host, std::uint16_t port, int seconds);

struct Answer {
    int status = 0;
    std::string body;
};

/// Nothing: no answer came, or not all of it.
std::optional<Answer> exchange(
    const net::Fd& connection, std::string_view method, std::string_view target, std::string_view body, int seconds
);

}  // namespace wgw::app
