#include "base/log.hpp"

#include <gtest/gtest.h>

namespace wgw::log {
namespace {

constexpr std::string_view kTime = "2026-11-22T13:05:38.051Z";

TEST(ALogLine, IsOneJsonObjectWithItsFields)
{
    EXPECT_EQ(
        render(
            Format::json, kTime, Level::warn, "store", "Full.",
            {
                {"path", "/a b"},
                {"free", 12    },
                {"ok",   false }
    }
        ),
        R"({"ts":"2026-11-22T13:05:38.051Z","level":"warn","msg":"Full.","logger":"store","path":"/a b","free":12,"ok":false})"
    );
}

TEST(ALogLine, IsASentenceAndFieldsForPeople)
{
    EXPECT_EQ(
        render(
            Format::text, kTime, Level::info, "app", "Ready.",
            {
                {"port", 3000  },
                {"path", "/a b"}
    }
        ),
        R"(2026-11-22T13:05:38.051Z info  Ready.  port=3000  path="/a b")"
    );
}

TEST(ALogLine, NamesTheFolderOfWhoeverWritesIt)
{
    EXPECT_EQ(logger_of("/home/me/src/wegowhere/src/gateway/rest.cpp"), "gateway");
    EXPECT_EQ(logger_of("/home/me/wegowhere/src/sio/server/namespace.cpp"), "sio/server");
    EXPECT_EQ(logger_of("/home/me/wegowhere/src/main.cpp"), "");
    EXPECT_EQ(logger_of("main.cpp"), "");
    EXPECT_EQ(logger_of(Where::current().file_name()), "base");
}

TEST(ALogLine, CarriesNobodysControlCharacters)
{
    EXPECT_EQ(
        render(
            Format::text, kTime, Level::info, "", "a\nb",
            {
                {"name", "x\x1b[2J"}
    }
        ),
        "2026-11-22T13:05:38.051Z info  a\\u000ab  name=x\\u001b[2J"
    );
    EXPECT_EQ(
        render(Format::json, kTime, Level::info, "", "a\"b", {}),
        R"({"ts":"2026-11-22T13:05:38.051Z","level":"info","msg":"a\"b"})"
    );
}

TEST(ALogLine, IsValidUtf8InOneLineWhateverIsInIt)
{
    const auto shown = [](std::string_view text) {
        const auto line = render(Format::json, kTime, Level::info, "", text, {});
        const auto at = line.find(R"("msg":")") + 7;
        return line.substr(at, line.size() - at - 2);
    };
    EXPECT_EQ(shown("Gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"), "Gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80");
    EXPECT_EQ(shown("a\r\n\tb"), "a\\u000d\\u000a\\u0009b");
    EXPECT_EQ(shown("\xc2\x9b[2J"), "\\u009b[2J") << "one of the C1 control characters begins a command, too";
    EXPECT_EQ(shown("a\xe2\x80\xa8\xe2\x80\xae\xe2\x81\xa6z"), "a\\u2028\\u202e\\u2066z");
    for (const std::string_view wrong :
         {"\xff", "\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80"})
        EXPECT_TRUE(shown(wrong).starts_with("\\ufffd")) << wrong.size();
    EXPECT_EQ(shown(std::string_view("\0", 1)), "\\u0000");
}

}  // namespace
}  // namespace wgw::log
