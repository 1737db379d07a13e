#include "gateway/limit_news.hpp"

#include <bit>
#include <cstring>
#include <utility>

namespace wgw::gateway {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers and keys are told as they lie in memory");

constexpr char kVersion = 1;
constexpr std::uint8_t kConnected = 64;
constexpr std::uint8_t kSignIns = 128;
constexpr std::size_t kWho = 2;

template <class T>
void write(std::string& out, const T& value)
{
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void write_kind(std::string& out, unsigned kind) { out += static_cast<char>(kind); }

/// The front of `bytes`, which lose it. False: it is shorter.
template <class T>
bool read(std::string_view& bytes, T& value)
{
    if (bytes.size() < sizeof value)
        return false;
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes.remove_prefix(sizeof value);
    return true;
}

bool read_record(std::string_view& bytes, LimitNews& news)
{
    std::uint8_t kind = 0;
    if (!read(bytes, kind))
        return false;
    if (kind < kRates) {
        auto& taken = news.taken.emplace_back();
        taken.rate = static_cast<RateOf>(kind);
        return read(bytes, taken.key.words) && read(bytes, taken.many);
    }
    if (kind >= kConnected && kind < kConnected + kWho) {
        auto& connected = news.connected.emplace_back();
        connected.who = static_cast<WhoIs>(kind - kConnected);
        return read(bytes, connected.key.words) && read(bytes, connected.many);
    }
    if (kind >= kSignIns && kind < kSignIns + SignInGuard::News::kKinds) {
        auto& sign_in = news.sign_ins.emplace_back();
        sign_in.kind = static_cast<SignInGuard::News::Kind>(kind - kSignIns);
        return read(bytes, sign_in.account.words) && read(bytes, sign_in.network.bytes) &&
               read(bytes, sign_in.pair.words);
    }
    return false;
}

}  // namespace

LimitNews forgiving(std::string_view username)
{
    return {.sign_ins = {{.kind = SignInGuard::News::Kind::forgotten, .account = RateKey::of(username)}}};
}

std::string encode(const LimitNews& news)
{
    std::string out(1, kVersion);
    write(out, news.gateway);
    for (const auto& taken : news.taken) {
        write_kind(out, std::to_underlying(taken.rate));
        write(out, taken.key.words);
        write(out, taken.many);
    }
    for (const auto& connected : news.connected) {
        write_kind(out, kConnected + std::to_underlying(connected.who));
        write(out, connected.key.words);
        write(out, connected.many);
    }
    for (const auto& sign_in : news.sign_ins) {
        write_kind(out, kSignIns + std::to_underlying(sign_in.kind));
        write(out, sign_in.account.words);
        write(out, sign_in.network.bytes);
        write(out, sign_in.pair.words);
    }
    return out;
}

std::optional<LimitNews> decode_limit_news(std::string_view bytes)
{
    LimitNews news;
    char version = 0;
    if (!read(bytes, version) || version != kVersion || !read(bytes, news.gateway))
        return {};
    while (!bytes.empty())
        if (!read_record(bytes, news))
            return {};
    return news;
}

}  // namespace wgw::gateway
