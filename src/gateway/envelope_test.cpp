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

TEST(AFailure, SaysMessageAndCodeAndWhatElseHelps)
{
    Failure failure = Errc::rate_limited;
    failure.retry_after_ms = 250;
    EXPECT_EQ(
        failure_data(failure, "r1"),
        R"({"message":"Too many requests. Please wait a moment.","code":"rate_limited","request_id":"r1","retry_after_ms":250})"
    );
}

TEST(AFailure, OfValidationIsTheBareArray)
{
    EXPECT_EQ(failure_data(invalid(R"([{"property":"name"}])"), "r1"), R"([{"property":"name"}])");
}

TEST(AFailure, OfValidationHasMoreWhereTheOriginalHasNoSuchOperation)
{
    EXPECT_EQ(
        failure_data(invalid(R"([{"property":"refresh"}])"), "r1", false),
        R"({"message":"The request is not valid.","code":"validation_failed","request_id":"r1","errors":[{"property":"refresh"}]})"
    );
}

}  // namespace
}  // namespace wgw::gateway
