#include "auth/password.hpp"
#include "base/task_scope.hpp"
#include "base/test_loop.hpp"

#include <gtest/gtest.h>

namespace wgw::auth {
namespace {

constexpr HashCost kCheap{1, 8'192};
constexpr std::string_view kCobolBcrypt = "$2b$04$abcdefghijklmnopqrstuu6eVke/knwQaOILVZjbt2ARUBCWNMVni";
constexpr std::string_view k72pBcrypt = "$2b$04$abcdefghijklmnopqrstuuNt.0ah97gHY3F7JC1Z6EXmQc0bQBhIO";

class APassword : public testing::Test {
protected:
    ~APassword() override
    {
        passwords.stop();
        loop.run_ready();
    }

    template <class T>
    T await(Task<T> task)
    {
        return loop.await(std::move(task), [this] { passwords.flush(); });
    }

    std::string hash(std::string password) { return await(passwords.hash(std::move(password))).value(); }
    Verdict verify(std::string password, std::string_view hash)
    {
        return await(passwords.verify(std::move(password), std::string(hash))).value();
    }

    TestLoop loop;
    Passwords passwords{loop, Limits{}, kCheap};
};

TEST_F(APassword, IsHashedWithArgon2idAndASaltOfItsOwn)
{
    const auto first = hash("cobol1959");
    EXPECT_TRUE(first.starts_with("$argon2id$v=19$m=8,t=1,p=1$")) << first;
    EXPECT_NE(first, hash("cobol1959"));
}

TEST_F(APassword, CountsWithEveryByte)
{
    const auto stored = hash(std::string(100, 'p'));
    EXPECT_TRUE(verify(std::string(100, 'p'), stored).right);
    EXPECT_FALSE(verify(std::string(99, 'p') + 'q', stored).right);
    EXPECT_FALSE(verify(std::string(72, 'p'), stored).right);
    EXPECT_FALSE(verify(std::string(100, 'p') + '\0', stored).right);
    EXPECT_EQ(verify(std::string(100, 'p'), stored).replacement, "");
}

TEST_F(APassword, OfTheOriginalIsHashedAnewWhenItIsRight)
{
    EXPECT_FALSE(verify("wrong-pass", kCobolBcrypt).right);
    EXPECT_EQ(verify("wrong-pass", kCobolBcrypt).replacement, "");
    const auto verdict = verify("cobol1959", kCobolBcrypt);
    EXPECT_TRUE(verdict.right);
    EXPECT_TRUE(verify("cobol1959", verdict.replacement).right);
}

TEST_F(APassword, OfTheOriginalKeepsItsHashIfItsEndWasNeverChecked)
{
    EXPECT_NE(verify(std::string(72, 'p'), k72pBcrypt).replacement, "");
    const auto verdict = verify(std::string(73, 'p'), k72pBcrypt);
    EXPECT_TRUE(verdict.right);
    EXPECT_EQ(verdict.replacement, "");
}

TEST_F(APassword, WithACheaperHashIsHashedAnew)
{
    const auto stored = hash("cobol1959");
    Passwords dearer(loop, Limits{}, {2, 16'384});
    auto task = dearer.verify("cobol1959", stored);
    const auto verdict = loop.await(std::move(task), [&dearer] { dearer.flush(); }).value();
    EXPECT_TRUE(verdict.right);
    EXPECT_TRUE(verdict.replacement.starts_with("$argon2id$v=19$m=16,t=2,p=1$")) << verdict.replacement;
}

TEST_F(APassword, MatchesNoMalformedHash)
{
    for (const auto hash : {"", "x", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$!!$!!", "$2b$04$short", "cobol1959"})
        EXPECT_FALSE(verify("cobol1959", hash).right) << hash;
    EXPECT_FALSE(verify("cobol1959", std::string(10'000, '$')).right);
}

// Both outlive the task: they are the test's, which waits for it.
Task<> hash_into(Passwords& passwords, Result<std::string>& result) { result = co_await passwords.hash("cobol1959"); }

TEST(TheHashThread, RefusesWhatItsQueueCannotHold)
{
    TestLoop loop;
    Limits limits;
    limits.hash_queue = 1;
    Passwords passwords(loop, limits, kCheap);
    Result<std::string> first = fail(Errc::internal);
    Result<std::string> second = "";
    TaskScope scope([](std::exception_ptr) {});
    scope.spawn(hash_into(passwords, first));
    scope.spawn(hash_into(passwords, second));
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Errc::unavailable);
    passwords.stop();
    loop.run_ready();
    EXPECT_TRUE(first.has_value());
}

TEST(TheHashThreads, ShareAQueue)
{
    for (const int queue : {1, 2, 5}) {
        TestLoop loop;
        Limits limits;
        limits.hash_threads = 2;
        limits.hash_queue = queue;
        Passwords passwords(loop, limits, kCheap);
        EXPECT_EQ(passwords.workers().size(), 2U);
        std::vector<Result<std::string>> results(8, fail(Errc::internal));
        TaskScope scope([](std::exception_ptr) {});
        for (auto& result : results)
            scope.spawn(hash_into(passwords, result));
        passwords.stop();
        loop.run_ready();
        int hashed = 0;
        for (const auto& result : results)
            hashed += result ? 1 : 0;
        EXPECT_EQ(hashed, queue);
        for (const auto& result : results)
            EXPECT_TRUE(result || result.error().code == Errc::unavailable);
    }
}

TEST(Wiping, ReachesWhatAShorterStringLeftBehind)
{
    std::string secret = "cobol1959";
    const char* bytes = secret.data();
    secret.resize(1);
    wipe(secret);
    EXPECT_TRUE(secret.empty());
    EXPECT_EQ(std::string_view(bytes, 9), std::string_view("\0\0\0\0\0\0\0\0\0", 9));
}

}  // namespace
}  // namespace wgw::auth
