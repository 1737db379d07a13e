#pragma once
/// Which web pages may connect: a browser says where its page comes from, in `Origin`.
///
/// Two different questions. Whether a page may open a connection at all is the allow-list's answer, and a refusal; it
/// is what protects a WebSocket, which browsers open to anywhere. Whether a page may read an HTTP answer is CORS, and
/// its answer a header that the browser obeys.
///
/// Pure. Origins are compared as text, exactly: no pattern ever sees what a client sent.
/// Source  RFC 6454; Fetch standard, "CORS protocol"; field values as npm cors 2.8 writes them
/// Tests   origins_test.cpp

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wgw::sio {

struct CorsOptions {
    bool credentials = false;           ///< Pages may send cookies and `Authorization`.
    std::optional<int> max_age_s = {};  ///< How long a browser may remember the answer to a preflight.
};

struct OriginOptions {
    std::vector<std::string> allowed;  ///< Beside the server's own: `https://a.example`. `*`: any.
    bool loopback = false;             ///< Pages of loopback origins may connect, too.
    std::optional<CorsOptions> cors = {};
};

/// Whether a client that names this origin may connect. No origin (not a browser), and that of `host`, the request's
/// own: it may.
bool may_connect(const OriginOptions& options, std::optional<std::string_view> origin, std::string_view host);

using HeaderFields = std::vector<std::pair<std::string, std::string>>;

/// What CORS adds to an answer. Nothing if it is off.
HeaderFields cors_fields(const OriginOptions& options, std::optional<std::string_view> origin);

/// What it adds to the answer (204) to a preflight: an OPTIONS request. `requested`: its
/// Access-Control-Request-Headers.
HeaderFields preflight_fields(
    const OriginOptions& options, std::optional<std::string_view> origin, std::optional<std::string_view> requested
);

}  // namespace wgw::sio
