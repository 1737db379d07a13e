#pragma once
/// What a message of a load test says of itself, as text inside whatever the server makes of the message.
///
/// Shape   `@wgw` <run> <sender> <number> (8 hex digits each) <at> (16), then dots up to the wanted size
/// Tests   stamp_test.cpp

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wgw::loadgen {

struct Stamp {
    std::uint32_t run = 0;     ///< Tells this run's messages from those of others.
    std::uint32_t sender = 0;  ///< Number of the client.
    std::uint32_t number = 0;  ///< Of the sender's messages: 0, 1, 2 …
    std::uint64_t at_ns = 0;   ///< When it was due to be sent, on the clock of the sender.

    friend bool operator==(const Stamp&, const Stamp&) = default;
};

inline constexpr std::size_t kStampBytes = 44;

/// At least kStampBytes, and `size` if that is more. Needs no escaping in JSON.
void append_stamp(std::string& out, const Stamp& stamp, std::size_t size);

/// The first stamp in `text`.
std::optional<Stamp> find_stamp(std::string_view text);

}  // namespace wgw::loadgen
