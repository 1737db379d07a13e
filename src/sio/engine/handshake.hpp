#pragma once
/// What a connection said when it came, in its first request, and from where.
///
/// In one piece of memory: each of ten thousand idle connections keeps one. The headers of the WebSocket handshake
/// itself (`connection`, `upgrade`, `sec-websocket-…`) have done their work and are not kept.
/// Tests  handshake_test.cpp

#include "base/kept_text.hpp"
#include "base/time.hpp"
#include "codec/http_request.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wgw::sio {

class Handshake {
public:
    using Pairs = std::vector<std::pair<std::string, std::string>>;

    /// `time` is that of its coming.
    Handshake(const HttpRequest& request, Timestamp time);

    /// The first header of that name, in lower case. A view of the handshake.
    std::optional<std::string_view> header(std::string_view name) const;

    /// The first parameter of that name in the query, decoded.
    std::optional<std::string> parameter(std::string_view name) const;

    Pairs headers() const;
    Pairs query() const;

    /// Path and query, as sent: it may hold secrets, so it is not for logs.
    std::string_view url() const { return line(0); }

    /// Of the peer: a proxy's, if there is one. Empty where net does not know it.
    std::string_view address() const { return line(1); }
    Timestamp time() const { return time_; }

    /// Whether a browser sent it on behalf of a page.
    bool has_origin() const { return header("origin").has_value(); }

private:
    std::string_view line(int number) const;

    Timestamp time_;
    KeptText text_;  ///< Lines: target, address, then `name:value` for each header.
};

}  // namespace wgw::sio
