#pragma once
/// Which route a request means: method and path, as the recorded gateway decides it.
///
/// Rules     case matters; a trailing slash is an empty last part; a fixed part wins over a parameter; parts are
///           percent-decoded after they were split, so %2F is a slash inside a parameter; a parameter over 100
///           characters is no match; HEAD is answered wherever GET is
/// Source    what the original answers: tests/golden
/// Tests     router_test.cpp

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::gateway {

/// `/api/v1/chat/rooms/:room_id`: method, and path with named parameters.
struct RoutePattern {
    std::string_view method;
    std::string_view path;
};

struct RouteMatch {
    std::size_t route = 0;  ///< Its index in the table.
    std::vector<std::string> parameters;
};

/// A path split at its slashes and decoded; nothing if its percent-encoding is broken.
std::optional<std::vector<std::string>> split_path(std::string_view path);

class Router {
public:
    explicit Router(std::vector<RoutePattern> patterns);

    /// `parts` are those of split_path.
    std::optional<RouteMatch> match(std::string_view method, const std::vector<std::string>& parts) const;

private:
    struct Row {
        std::string_view method;
        std::vector<std::string_view> parts;
    };
    std::vector<Row> rows_;
};

}  // namespace wgw::gateway
