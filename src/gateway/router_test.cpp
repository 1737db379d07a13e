#include "gateway/router.hpp"

#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

Router router()
{
    return Router({
        {"GET",  "/"                     },
        {"GET",  "/health"               },
        {"GET",  "/api/v1/user"          },
        {"GET",  "/api/v1/user/:username"},
        {"GET",  "/api/v1/user/me"       },
        {"POST", "/api/v1/rooms/join"    },
        {"GET",  "/api/v1/rooms/:room_id"},
    });
}

std::string meant(std::string_view method, std::string_view path)
{
    const auto parts = split_path(path);
    if (!parts)
        return "bad url";
    const auto match = router().match(method, *parts);
    if (!match)
        return "none";
    std::string out = std::to_string(match->route);
    for (const auto& parameter : match->parameters)
        out += " [" + parameter + "]";
    return out;
}

struct Row {
    std::string_view method;
    std::string path;
    std::string meant;

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.method << ' ' << row.path; }
};

const Row kRows[] = {
    {"GET", "/", "0"},
    {"GET", "/health", "1"},
    {"HEAD", "/health", "1"},
    {"POST", "/health", "none"},
    {"GET", "/health/", "none"},
    {"GET", "//health", "none"},
    {"GET", "/HEALTH", "none"},
    {"GET", "/%68ealth", "1"},
    {"GET", "/%zz", "bad url"},
    {"GET", "/api/v1/user", "2"},
    {"GET", "/api/v1/user/", "3 []"},
    {"GET", "/api/v1/user/me", "4"},
    {"GET", "/api/v1/user/a%2Fb", "3 [a/b]"},
    {"GET", "/api/v1/user/a/b", "none"},
    {"GET", "/api/v1/rooms/join", "6 [join]"},
    {"POST", "/api/v1/rooms/join", "5"},
    {"HEAD", "/api/v1/rooms/join", "6 [join]"},
    {"GET", "/api/v1/user/" + std::string(100, 'x'), "3 [" + std::string(100, 'x') + "]"},
    {"GET", "/api/v1/user/" + std::string(101, 'x'), "none"},
};

class ARequestLine : public testing::TestWithParam<Row> {};

TEST_P(ARequestLine, MeansItsRoute) { EXPECT_EQ(meant(GetParam().method, GetParam().path), GetParam().meant); }

INSTANTIATE_TEST_SUITE_P(Table, ARequestLine, testing::ValuesIn(kRows));

}  // namespace
}  // namespace wgw::gateway
