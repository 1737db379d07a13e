#pragma once
/// What a connection said when it came: the headers and the query of its first request.
///
/// In one piece of memory: each of ten thousand idle connections keeps one. The headers of the WebSocket handshake
/// itself (`connection`, `upgrade`, `sec-websocket-…`) have done their work and are not kept.
/// Tests  handshake_test.cpp

#include "base/kept_text.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wgw::sio {

class Handshake {
public:
    using Pairs = std::vector<std::pair<std::string, std::string>>;

    /// `headers`: names in lower case, no line ends in names and values. `query`: what follows the `?`, as sent.
    Handshake(const Pairs& headers, std::string_view query);

    /// The first header of that name, in lower case. A view of the handshake.
    std::optional<std::string_view> header(std::string_view name) const;

    /// The first parameter of that name in the query, decoded.
    std::optional<std::string> parameter(std::string_view name) const;

    Pairs headers() const;
    Pairs query() const;

private:
    std::string_view query_text() const;

    KeptText text_;  ///< Lines: the query, then `name:value` for each header.
};

}  // namespace wgw::sio
