#include "gateway/envelope.hpp"

#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

constexpr Timestamp kNow{1'795'352'738'051};

TEST(TheEnvelope, HasItsKeysInTheRecordedOrder)
{
    EXPECT_EQ(envelope(true, kNow, "[]"), R"({"success":true,"timestamp":"2026-11-22T13:05:38.051Z","data":[]})");
    EXPECT_EQ(envelope(false, kNow, "null"), R"({"success":false,"timestamp":"2026-11-22T13:05:38.051Z","data":null})");
}

TEST(TheEnvelope, LeavesOutDataThatIsNotThere)
{
    EXPECT_EQ(envelope(true, kNow, ""), R"({"success":true,"timestamp":"2026-11-22T13:05:38.051Z"})");
}

TEST(TheEnvelope, LeavesOutWhatJavaScriptTakesForNothing)
{
    for (const auto* data : {"false", "0", "-0", "0.0", "0e5", R"("")"})
        EXPECT_EQ(envelope(true, kNow, data), R"({"success":true,"timestamp":"2026-11-22T13:05:38.051Z"})") << data;
    for (const auto* data : {"true", "1", "-1", "1e400", R"("0")", "{}"})
        EXPECT_TRUE(envelope(true, kNow, data).ends_with(std::string(R"(,"data":)") + data + "}")) << data;
}

}  // namespace
}  // namespace wgw::gateway
