#include "base/log.hpp"

#include <gtest/gtest.h>

namespace wgw::log {
namespace {

constexpr std::string_view kTime = "2026-11-22T13:05:38.051Z";

TEST(ALogLine, IsOneJsonObjectWithItsFields)
{
    EXPECT_EQ(
        render(
            Format::json, kTime, Level::warn, "Full.",
            {
                {"path", "/a b"},
                {"free", 12    },
                {"ok",   false }
    }
        ),
        R"({"ts":"2026-11-22T13:05:38.051Z","level":"warn","msg":"Full.","path":"/a b","free":12,"ok":false})"
    );
}

TEST(ALogLine, IsASentenceAndFieldsForPeople)
{
    EXPECT_EQ(
        render(
            Format::text, kTime, Level::info, "Ready.",
            {
                {"port", 3000  },
                {"path", "/a b"}
    }
        ),
        R"(2026-11-22T13:05:38.051Z info  Ready.  port=3000  path="/a b")"
    );
}

TEST(ALogLine, CarriesNobodysControlCharacters)
{
    EXPECT_EQ(
        render(
            Format::text, kTime, Level::info, "a\nb",
            {
                {"name", "x\x1b[2J"}
    }
        ),
        "2026-11-22T13:05:38.051Z info  a\\u000ab  name=x\\u001b[2J"
    );
    EXPECT_EQ(
        render(Format::json, kTime, Level::info, "a\"b", {}),
        R"({"ts":"2026-11-22T13:05:38.051Z","level":"info","msg":"a\"b"})"
    );
}

}  // namespace
}  // namespace wgw::log
