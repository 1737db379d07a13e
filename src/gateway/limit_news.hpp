#pragma once
/// What gateways tell each other of limits: how much was taken, who is connected, who has failed to sign in.
///
/// Shape     version 1 · number of the gateway 8 · records, up to the end: kind 1, and by it
///               0 …   taken of a rate (RateOf): key 16 · how many 4, less than nothing where it was given back
///               64 …  connected (WhoIs): key 16 · how many there are on that gateway now 4
///               128 … an attempt to sign in (SignInGuard::News): account 16 · network 16 · pair 16
///           Numbers little-endian
/// Errors    anything else is nothing at all: it would be counted anew before long
/// Trust     Redis signs nothing: who may publish there can make others wait, as long as a limit makes wait at all
/// Source    docs/adr/0025-what-a-cluster-shares.md
/// Tests     limit_news_test.cpp

#include "gateway/sign_in_guard.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::gateway {

/// Where it is published.
inline constexpr std::string_view kLimitsChannel = "wgw.limits";

/// The rates that are shared. The number is what is told: never change one.
enum class RateOf : std::uint8_t { connect, send, send_room, room_create, join, sign_up, sign_in_address };
inline constexpr std::size_t kRates = 7;

/// Whose connections are counted. The number is what is told: never change one.
enum class WhoIs : std::uint8_t { user, address };

struct LimitNews {
    struct Taken {
        RateOf rate = RateOf::connect;
        RateKey key;
        std::int32_t many = 0;

        friend bool operator==(const Taken&, const Taken&) = default;
    };
    struct Connected {
        WhoIs who = WhoIs::user;
        RateKey key;
        std::uint32_t many = 0;

        friend bool operator==(const Connected&, const Connected&) = default;
    };

    std::uint64_t gateway = 0;
    std::vector<Taken> taken = {};
    std::vector<Connected> connected = {};
    std::vector<SignInGuard::News> sign_ins = {};

    bool is_empty() const { return taken.empty() && connected.empty() && sign_ins.empty(); }
    friend bool operator==(const LimitNews&, const LimitNews&) = default;
};

/// From somebody who is no gateway: failed sign-ins of an account are to be forgotten.
LimitNews forgiving(std::string_view username);

std::string encode(const LimitNews& news);
std::optional<LimitNews> decode_limit_news(std::string_view bytes);

}  // namespace wgw::gateway
