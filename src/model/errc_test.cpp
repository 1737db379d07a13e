#include "model/errc.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

TEST(TheTableOfErrors, SaysOutcomeUnknownOnlyWith5xx)
{
    for (int i = 0; i <= static_cast<int>(Errc::draining); ++i) {
        const auto& entry = row(static_cast<Errc>(i));
        EXPECT_FALSE(entry.name.empty());
        EXPECT_FALSE(entry.sentence.empty());
        EXPECT_GE(entry.status, 400);
        if (entry.status >= 500)
            EXPECT_TRUE(entry.retry) << entry.name;
    }
}

}  // namespace
}  // namespace wgw
