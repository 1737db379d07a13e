#pragma once
/// Ids: 12 bytes, on the wire 24 lower-case hex digits. Users, rooms, messages, members, sessions: all of them.
///
/// Made here: 4 bytes of seconds, 2 of milliseconds, 3 random, 3 of a counter, so ids rise as time goes on.
/// Source  MongoDB's ObjectId
/// Tests   id_test.cpp

#include "base/random.hpp"
#include "base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace wgw {

/// A value.
struct Id {
    std::array<std::uint8_t, 12> bytes{};

    /// Exactly 24 hex digits of either case; anything else is nothing.
    static std::optional<Id> parse(std::string_view hex);

    /// From 12 raw bytes. Precondition: raw.size() == 12.
    static Id from_raw(std::string_view raw);

    std::string hex() const;
    void append_hex(std::string& out) const;
    std::string_view raw() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

    /// All zero: no id that was ever made.
    bool empty() const { return *this == Id{}; }

    friend auto operator<=>(const Id&, const Id&) = default;
};

using UserId = Id;
using RoomId = Id;

/// Makes ids that rise. One thread, or one generator per thread: their random parts differ.
class IdSource {
public:
    IdSource(const Clock& clock, Random& random);
    Id next();

private:
    const Clock& clock_;
    std::array<std::uint8_t, 5> process_{};  ///< 2 bytes of milliseconds, then what tells this source from others
    std::uint32_t counter_ = 0;
    std::uint32_t seconds_ = 0;
};

}  // namespace wgw

template <>
struct std::hash<wgw::Id> {
    std::size_t operator()(const wgw::Id& id) const noexcept
    {
        // The first bytes are a time and the last a counter; mixing keeps chosen ids from meeting in one bucket chain
        // by plain arithmetic. Tables that a client can fill are bounded besides.
        std::uint64_t a = 0;
        std::uint32_t b = 0;
        std::memcpy(&a, id.bytes.data(), 8);
        std::memcpy(&b, id.bytes.data() + 8, 4);
        std::uint64_t h = (a ^ (std::uint64_t{b} << 32U) ^ b) * 0x9e3779b97f4a7c15ULL;
        h ^= h >> 29U;
        h *= 0xbf58476d1ce4e5b9ULL;
        return static_cast<std::size_t>(h ^ (h >> 32U));
    }
};
