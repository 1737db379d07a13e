#include "sio/server/recovery.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace wgw::sio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class ARecovery : public testing::Test {
protected:
    /// Emits an event of that name; its offset.
    std::string emit(const std::string& name, std::vector<std::string> rooms = {}, std::vector<std::string> except = {})
    {
        const auto offset = recovery_.next_offset();
        const auto json = "[\"" + name + "\"]";
        recovery_.add(std::move(rooms), std::move(except), Encoded({.json = json}), now_);
        return offset;
    }
    void lose(const std::string& pid, std::vector<std::string> rooms = {})
    {
        recovery_.keep({pid, "sid-" + pid, std::move(rooms), 42}, now_);
    }
    std::vector<std::string> missed(const std::string& pid, const std::string& offset)
    {
        const auto session = recovery_.restore(pid, offset, now_);
        if (!session)
            return {"lost"};
        EXPECT_EQ(session->sid, "sid-" + pid);
        EXPECT_EQ(std::any_cast<int>(session->data), 42);
        std::vector<std::string> names;
        const auto missed = recovery_.missed(*session, offset);
        for (const auto& event : missed.value())
            names.emplace_back(event.frames()[0].packet());
        return names;
    }

    SeededRandom random_{1};
    Recovery recovery_{
        {.max_disconnection = 60s, .bytes = 10'000, .sessions = 3},
        random_
    };
    Instant now_{1'000};
};

TEST_F(ARecovery, GivesBackWhatWasMissedInItsOrder)
{
    const auto seen = emit("seen");
    lose("p");
    emit("one");
    emit("two");
    EXPECT_THAT(missed("p", seen), ElementsAre(R"(42["one"])", R"(42["two"])"));
    EXPECT_THAT(missed("p", seen), ElementsAre("lost")) << "once";
}

TEST_F(ARecovery, GivesBackOnlyWhatTheSocketWouldHaveHeard)
{
    const auto seen = emit("seen");
    lose("p", {"a", "b"});
    emit("mine", {"a"});
    emit("direct", {"sid-p"});
    emit("foreign", {"c"});
    emit("several", {"c", "b"});
    emit("but-not-b", {"a"}, {"b"});
    emit("but-not-me", {}, {"sid-p"});
    EXPECT_THAT(missed("p", seen), ElementsAre(R"(42["mine"])", R"(42["direct"])", R"(42["several"])"));
}

TEST_F(ARecovery, IsAllOrNothing)
{
    const auto seen = emit("seen");
    for (const auto* bad : {"", "1", "x.0", "0"})
        EXPECT_THAT((lose("p"), missed("p", bad)), ElementsAre("lost")) << bad;
    EXPECT_THAT((lose("p"), missed("p", seen + "0")), ElementsAre("lost")) << "an offset that was not given yet";
    EXPECT_THAT((lose("p"), missed("p", seen + "x")), ElementsAre("lost"));
    EXPECT_THAT(missed("unknown", seen), ElementsAre("lost"));
    Recovery other({}, random_);
    EXPECT_NE(other.next_offset().substr(0, 8), seen.substr(0, 8)) << "offsets of another server";
}

TEST_F(ARecovery, ForgetsWhoIsAwayForTooLong)
{
    const auto seen = emit("seen");
    lose("p");
    now_ = now_ + 60s;
    lose("q");
    EXPECT_EQ(recovery_.sessions(), 2U);
    now_ = now_ + 1ms;
    EXPECT_THAT(missed("p", seen), ElementsAre("lost"));
    EXPECT_EQ(recovery_.sessions(), 1U);
}

TEST_F(ARecovery, KnowsThatNothingIsMissingBehindTheLastThatItForgot)
{
    emit("old");
    const auto last = emit("last");
    lose("p");
    lose("q");
    now_ = now_ + 60s;
    const auto newer = emit("new");
    now_ = now_ + 1ms;
    lose("r");
    EXPECT_EQ(recovery_.events(), 1U);
    EXPECT_THAT((lose("p"), missed("p", last)), ElementsAre(R"(42["new"])"));
    EXPECT_THAT((lose("p"), missed("p", newer)), IsEmpty());
}

TEST_F(ARecovery, MissesNothingWhileTheSocketIsBeingAccepted)
{
    const auto seen = emit("seen");
    lose("p");
    const auto session = recovery_.restore("p", seen, now_);
    emit("meanwhile");
    EXPECT_EQ(recovery_.missed(*session, seen)->size(), 1U);
    for (int i = 0; i < 1'000; ++i)
        emit("more");
    EXPECT_FALSE(recovery_.missed(*session, seen)) << "never a part";
}

TEST_F(ARecovery, IsBounded)
{
    const auto first = emit("first");
    for (int i = 0; i < 1'000; ++i)
        emit("more");
    EXPECT_LT(recovery_.events(), 100U);
    lose("p");
    EXPECT_THAT(missed("p", first), ElementsAre("lost"));
    for (const auto* pid : {"1", "2", "3", "4", "5"})
        lose(pid);
    EXPECT_EQ(recovery_.sessions(), 3U);
}

}  // namespace
}  // namespace wgw::sio
