#include "gateway/throttles.hpp"

#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

using namespace std::chrono_literals;

UserId user(std::uint8_t number) { return UserId{{number}}; }
RoomId room(std::uint8_t number)
{
    return RoomId{
        {0, number}
    };
}

class TheThrottles : public testing::Test {
protected:
    /// How many of `times` go on.
    template <class Ask>
    static int ask(int times, Ask one)
    {
        int allowed = 0;
        for (int i = 0; i < times; ++i)
            allowed += one() ? 0 : 1;
        return allowed;
    }

    Throttles make(std::string_view proxies = {}, const Limits& limits = {})
    {
        limits_ = limits;
        std::vector<IpNetwork> trusted;
        if (!proxies.empty())
            trusted.push_back(*IpNetwork::parse(proxies));
        return Throttles(limits_, trusted, loop_, random_);
    }

    ManualClock clock_;
    net::Loop loop_{clock_};
    SeededRandom random_{1};
    Limits limits_;
};

TEST_F(TheThrottles, LetAUserSendSoMuch)
{
    auto throttles = make();
    EXPECT_EQ(ask(60, [&] { return throttles.send(user(1), room(1)); }), 50);
    EXPECT_EQ(ask(60, [&] { return throttles.send(user(2), room(1)); }), 50) << "a neighbour notices nothing";
    const auto refused = throttles.send(user(1), room(2));
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->code, Errc::rate_limited);
    EXPECT_EQ(refused->retry_after_ms, 100);
    EXPECT_EQ(refused->limit, 50);
}

TEST_F(TheThrottles, LetARoomTakeSoMuchAndAUserNotPayForWhatItRefuses)
{
    Limits limits;
    limits.send_room = {1, 1s, 60};
    auto throttles = make({}, limits);
    EXPECT_EQ(ask(50, [&] { return throttles.send(user(1), room(1)); }), 50);
    EXPECT_EQ(ask(50, [&] { return throttles.send(user(2), room(1)); }), 10);
    EXPECT_EQ(ask(50, [&] { return throttles.send(user(2), room(2)); }), 40);
}

TEST_F(TheThrottles, LetNoStrangerUseUpARoom)
{
    auto throttles = make();
    for (std::uint8_t stranger = 10; stranger < 60; ++stranger)
        EXPECT_EQ(
            ask(50,
                [&] {
                    auto refused = throttles.send(user(stranger), room(1));
                    throttles.not_sent(room(1));  // not_member
                    return refused;
                }),
            50
        );
    EXPECT_EQ(ask(50, [&] { return throttles.send(user(1), room(1)); }), 50);
}

TEST_F(TheThrottles, CountConnectionsOfAnAddressWhileTheyAreThere)
{
    Limits limits;
    limits.connections_per_address = 3;
    auto throttles = make({}, limits);
    EXPECT_EQ(ask(5, [&] { return throttles.connect("192.0.2.1"); }), 3);
    EXPECT_EQ(ask(5, [&] { return throttles.connect("192.0.2.2"); }), 3);
    throttles.disconnect("192.0.2.1");
    EXPECT_EQ(ask(5, [&] { return throttles.connect("192.0.2.1"); }), 1);
    for (int i = 0; i < 3; ++i)
        throttles.disconnect("192.0.2.1");
    throttles.disconnect("192.0.2.1");
    EXPECT_EQ(ask(5, [&] { return throttles.connect("192.0.2.1"); }), 3);
    EXPECT_EQ(throttles.connect("192.0.2.1")->retry_after_ms, 5'000);
}

TEST_F(TheThrottles, CountTheRateOfNewConnections)
{
    auto throttles = make();
    EXPECT_EQ(
        ask(150,
            [&] {
                auto refused = throttles.connect("192.0.2.1");
                if (!refused)
                    throttles.disconnect("192.0.2.1");
                return refused;
            }),
        100
    );
}

TEST_F(TheThrottles, CountAnIPv6AddressByItsNetwork)
{
    auto throttles = make();
    EXPECT_EQ(ask(5, [&] { return throttles.sign_up("2001:db8:1:2::1"); }), 5);
    EXPECT_TRUE(throttles.sign_up("2001:db8:1:2:ffff::9"));
    EXPECT_FALSE(throttles.sign_up("2001:db8:1:3::1"));
    throttles.not_signed_up("2001:db8:1:2::7");
    EXPECT_FALSE(throttles.sign_up("2001:db8:1:2::1"));
}

TEST_F(TheThrottles, DoNotCountPrivatePeersWhileNoProxyIsTrusted)
{
    auto blind = make();
    for (const auto* address : {"127.0.0.1", "::1", "10.1.2.3", "::ffff:192.168.0.1", "fd00::1", ""})
        EXPECT_EQ(ask(50, [&] { return blind.sign_up(address); }), 50) << address;
    auto seeing = make("10.0.0.0/8");
    for (const auto* address : {"127.0.0.1", "::1", "10.1.2.3"})
        EXPECT_EQ(ask(50, [&] { return seeing.sign_up(address); }), 5) << address;
}

TEST_F(TheThrottles, SayWhoHasAskedThroughATrustedProxy)
{
    HttpRequest request;
    request.peer = "10.0.0.1";
    request.headers = {
        {"x-forwarded-for", "192.0.2.1"}
    };
    EXPECT_EQ(make("10.0.0.0/8").client_of(request), "192.0.2.1");
    EXPECT_EQ(make().client_of(request), "10.0.0.1");
}

TEST_F(TheThrottles, TakeAFloodForOneAfterAThousandRefusals)
{
    auto throttles = make();
    EXPECT_EQ(ask(1'100, [&] { return throttles.is_flooding(1); }), 1'000);
    EXPECT_FALSE(throttles.is_flooding(2));
    Bucket socket;
    EXPECT_EQ(ask(200, [&] { return throttles.event(socket); }), 100);
}

TEST_F(TheThrottles, LetEverythingPassWhereTheLimitsAreLifted)
{
    Limits off;
    off.connections_per_user = off.connections_per_address = kUnlimited;
    off.connect = off.events = off.send = off.send_room = off.room_create = off.join = {};
    off.sign_in = off.sign_in_address = off.sign_up = {};
    auto throttles = make({}, off);
    Bucket socket;
    EXPECT_EQ(ask(2'000, [&] { return throttles.connect("192.0.2.1"); }), 2'000);
    EXPECT_EQ(ask(2'000, [&] { return throttles.enter(user(1), 1'000'000); }), 2'000);
    EXPECT_EQ(ask(2'000, [&] { return throttles.event(socket); }), 2'000);
    EXPECT_EQ(ask(2'000, [&] { return throttles.is_flooding(1); }), 2'000);
    EXPECT_EQ(ask(2'000, [&] { return throttles.send(user(1), room(1)); }), 2'000);
    EXPECT_EQ(ask(2'000, [&] { return throttles.create_room(user(1)); }), 2'000);
    EXPECT_EQ(ask(2'000, [&] { return throttles.join(user(1)); }), 2'000);
    EXPECT_EQ(ask(2'000, [&] { return throttles.sign_up("192.0.2.1"); }), 2'000);
}

/// Two of them that tell each other.
class TwoGateways : public TheThrottles {
protected:
    TwoGateways()
    {
        for (auto* gateway : {&one_, &two_})
            gateway->share();
    }

    /// A window passes.
    void tell()
    {
        clock_.advance(SharedLimits::kWindow);
        loop_.stop();
        loop_.run();  // and looks at the clock anew
        for (auto* gateway : {&one_, &two_})
            for (const auto& payload : gateway->to_tell()) {
                one_.hear(payload);
                two_.hear(payload);
            }
    }
    Failure sign_in(Throttles& gateway, std::string_view address = "192.0.2.1")
    {
        auto attempt = gateway.sign_in("grace", address);
        if (!attempt)
            return attempt.error();
        gateway.end(*attempt, SignInGuard::Outcome::failed);
        return Errc::not_found;
    }

    static const Limits& few(Limits& limits)
    {
        limits.connections_per_user = 5;
        limits.connections_per_address = 6;
        limits.send_room = {1, 1s, 60};
        return limits;
    }

    Throttles one_{few(limits_), {}, loop_, random_};
    Throttles two_{limits_, {}, loop_, random_};
};

TEST_F(TwoGateways, LetAUserAndARoomHaveTheirsOnce)
{
    EXPECT_EQ(ask(40, [&] { return one_.send(user(1), room(1)); }), 40);
    tell();
    const int more = ask(40, [&] { return two_.send(user(1), room(2)); });
    EXPECT_GE(more, 10);
    EXPECT_LE(more, 13) << "and what has come back meanwhile";
    EXPECT_LE(ask(50, [&] { return two_.send(user(2), room(1)); }), 21);
}

TEST_F(TwoGateways, OweWhatBothHaveGivenInTheSameWindow)
{
    EXPECT_EQ(ask(60, [&] { return one_.send(user(1), room(1)); }), 50);
    EXPECT_EQ(ask(60, [&] { return two_.send(user(1), room(2)); }), 50);
    tell();
    const auto refused = one_.send(user(1), room(3));
    ASSERT_TRUE(refused);
    EXPECT_GT(refused->retry_after_ms, 4'000);
    EXPECT_LE(refused->retry_after_ms, 5'100);
}

TEST_F(TwoGateways, GiveBackWhatTheOtherHasTold)
{
    EXPECT_EQ(ask(5, [&] { return one_.sign_up("192.0.2.1"); }), 5);
    tell();
    EXPECT_TRUE(two_.sign_up("192.0.2.1"));
    one_.not_signed_up("192.0.2.1");
    tell();
    EXPECT_FALSE(two_.sign_up("192.0.2.1"));
}

TEST_F(TwoGateways, CountFailedSignInsTogether)
{
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(sign_in(one_).code, Errc::not_found);
        EXPECT_EQ(sign_in(two_).code, Errc::not_found);
    }
    tell();
    EXPECT_EQ(sign_in(one_).code, Errc::rate_limited);
    EXPECT_EQ(sign_in(two_, "198.51.100.1").code, Errc::rate_limited);
    EXPECT_EQ(one_.look_at_sign_ins("grace").failed, 10);
    two_.forgive_sign_ins("grace");
    tell();
    EXPECT_EQ(sign_in(one_).code, Errc::not_found);
}

TEST_F(TwoGateways, ForgiveWhomACommandOfTheOperatorForgives)
{
    for (int i = 0; i < 12; ++i)
        sign_in(one_);
    tell();
    for (auto* gateway : {&one_, &two_}) {
        EXPECT_EQ(sign_in(*gateway).code, Errc::rate_limited);
        gateway->hear(encode(forgiving("alan")));
        EXPECT_EQ(sign_in(*gateway).code, Errc::rate_limited) << "of somebody else";
        gateway->hear(encode(forgiving("grace")));
        EXPECT_EQ(sign_in(*gateway).code, Errc::not_found);
    }
}

TEST_F(TwoGateways, LetAnOwnerInWhoHasSignedInAtTheOther)
{
    one_.signed_up("grace", "192.0.2.1");
    for (int i = 0; i < 12; ++i)
        sign_in(two_, "198.51.100.1");
    tell();
    EXPECT_EQ(sign_in(one_, "203.0.113.1").code, Errc::rate_limited);
    EXPECT_EQ(sign_in(two_, "192.0.2.1").code, Errc::not_found);
}

TEST_F(TwoGateways, CountConnectionsTogether)
{
    one_.has_sockets(user(1), 3);
    EXPECT_EQ(ask(4, [&] { return one_.connect("192.0.2.1"); }), 4);
    tell();
    EXPECT_FALSE(two_.enter(user(1), 1));
    EXPECT_TRUE(two_.enter(user(1), 2));
    EXPECT_EQ(ask(4, [&] { return two_.connect("192.0.2.1"); }), 2);
    one_.has_sockets(user(1), 0);
    for (int i = 0; i < 4; ++i)
        one_.disconnect("192.0.2.1");
    tell();
    EXPECT_FALSE(two_.enter(user(1), 4));
    EXPECT_EQ(ask(9, [&] { return two_.connect("192.0.2.1"); }), 4);
}

TEST_F(TwoGateways, CountEachForItselfWhereNothingIsHeard)
{
    EXPECT_EQ(ask(60, [&] { return one_.send(user(1), room(1)); }), 50);
    EXPECT_EQ(ask(60, [&] { return two_.send(user(1), room(2)); }), 50);
    two_.hear("");
    two_.hear("garbage");
    EXPECT_FALSE(two_.enter(user(1), 4));
}

}  // namespace
}  // namespace wgw::gateway
