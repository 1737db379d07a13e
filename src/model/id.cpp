#include "model/id.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <cassert>

namespace wgw {
std::optional<Id> Id::parse(std::string_view hex)
{
    if (hex.size() != 24)
        return {};
    Id id;
    for (std::size_t i = 0; i < 12; ++i) {
        const int high = hex_digit(hex[2 * i]);
        const int low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return {};
        id.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return id;
}

Id Id::from_raw(std::string_view raw)
{
    assert(raw.size() == 12);
    Id id;
    std::memcpy(id.bytes.data(), raw.data(), 12);
    return id;
}

void Id::append_hex(std::string& out) const { wgw::append_hex(out, raw()); }

std::string Id::hex() const
{
    std::string out;
    append_hex(out);
    return out;
}

IdSource::IdSource(const Clock& clock, Random& random) : clock_(clock)
{
    random.fill(std::as_writable_bytes(std::span(process_).subspan(2)));
    std::array<std::uint8_t, 3> start{};
    random.fill(std::as_writable_bytes(std::span(start)));
    counter_ = static_cast<std::uint32_t>(start[0] << 8 | start[1]);  // 16 bits: room to rise before it wraps at 24
}

Id IdSource::next()
{
    // The time part never falls, also when the clock does: ids of this source rise for as long as the counter lasts.
    const auto now = clock_.now().unix_ms;
    auto at = std::int64_t{seconds_} * 1000 + (process_[0] << 8 | process_[1]);
    at = std::max(at, now);
    if (counter_ > 0xffffff) {
        counter_ = 0;
        ++at;
    }
    seconds_ = static_cast<std::uint32_t>(at / 1000);
    process_[0] = static_cast<std::uint8_t>(at % 1000 >> 8);
    process_[1] = static_cast<std::uint8_t>(at % 1000);
    Id id;
    for (std::size_t i = 0; i < 4; ++i)
        id.bytes[i] = static_cast<std::uint8_t>(seconds_ >> (8 * (3 - i)));
    std::memcpy(id.bytes.data() + 4, process_.data(), 5);
    for (std::size_t i = 0; i < 3; ++i)
        id.bytes[9 + i] = static_cast<std::uint8_t>(counter_ >> (8 * (2 - i)));
    ++counter_;
    return id;
}

}  // namespace wgw
