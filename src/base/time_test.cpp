#include "base/time.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

TEST(ToIso, WritesUtcWithThreeDecimals)
{
    EXPECT_EQ(to_iso({0}), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_iso({1'795'352'738'051}), "2026-11-22T13:05:38.051Z");
    EXPECT_EQ(to_iso({-1}), "1969-12-31T23:59:59.999Z");
}

TEST(AManualClock, MovesBothClocksTogether)
{
    ManualClock clock({1'000});
    const auto before = clock.monotonic();
    clock.advance(Duration(250));
    EXPECT_EQ(clock.now().unix_ms, 1'250);
    EXPECT_EQ((clock.monotonic() - before).count(), 250);
}

TEST(AnIsoTime, IsReadBack)
{
    for (const std::int64_t ms : {0LL, 1'795'352'738'051LL, 951'782'400'000LL, -1LL})
        EXPECT_EQ(from_iso(to_iso({ms})), Timestamp{ms}) << ms;
    for (const auto* text :
         {"", "2026-11-22T13:05:38.05Z", "2026-11-22T13:05:38.051+", "2026-11-22 13:05:38.051Z",
          "2026-11-2xT13:05:38.051Z"})
        EXPECT_FALSE(from_iso(text).has_value()) << text;
}

}  // namespace
}  // namespace wgw
