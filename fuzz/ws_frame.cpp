// WebSocket frames: the bytes in any pieces give the same messages and errors, each within its limits.

#include "codec/ws_frame.hpp"

#include "codec/utf8.hpp"
#include "fuzz/fuzz.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace wgw;

constexpr WsLimits kLimits{.payload = 300, .frames = 6};

struct Seen {
    WsEvent::Type type;
    std::string payload;
    std::uint16_t code;

    friend bool operator==(const Seen&, const Seen&) = default;
};

void check(const Seen& seen)
{
    using enum WsEvent::Type;
    fuzz::require(seen.payload.size() <= kLimits.payload, "a payload is within its limit");
    if (seen.type == text)
        fuzz::require(is_utf8(seen.payload), "text is UTF-8");
    if (seen.type == ping || seen.type == pong)
        fuzz::require(seen.payload.size() <= 125, "a control frame is short");
    if (seen.type == error)
        fuzz::require(seen.code == 1002 || (seen.code >= 1007 && seen.code <= 1009), "an error has its code");
    if (seen.type == close)
        fuzz::require(
            seen.code == 0 || (seen.code >= 1000 && seen.code <= 4999 && (seen.code < 1004 || seen.code > 1006)),
            "a close code is one that may be sent"
        );
}

/// `cut` says how long the next piece is.
std::vector<Seen> decode(std::string_view bytes, auto&& cut)
{
    WsDecoder decoder(kLimits);
    std::vector<Seen> all;
    while (!bytes.empty()) {
        std::vector<char> piece(
            bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(cut(), bytes.size()))
        );
        bytes.remove_prefix(piece.size());
        std::span<char> rest(piece);
        while (const auto event = decoder.next(rest)) {
            all.emplace_back(event->type, std::string(event->payload), event->code);
            check(all.back());
        }
        fuzz::require(rest.empty(), "all bytes are taken");
        fuzz::require(decoder.held_bytes() <= 4 * kLimits.payload, "what is kept is bounded");
    }
    for (std::size_t i = 0; i + 1 < all.size(); ++i)
        fuzz::require(
            all[i].type != WsEvent::Type::close && all[i].type != WsEvent::Type::error, "a close or error is the last"
        );
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    fuzz::Choices choices(fuzz::input(bytes, size));
    std::uint32_t state = choices.pick(256);
    const auto frames = choices.rest();
    const auto whole = decode(frames, [&] { return frames.size(); });
    fuzz::require(decode(frames, [] { return std::size_t{1}; }) == whole, "byte by byte it is the same");
    const auto cut = [&state] {
        state = state * 1'664'525 + 1'013'904'223;
        return std::size_t{1} + (state >> 24) % 23;
    };
    fuzz::require(decode(frames, cut) == whole, "in pieces it is the same");
    return 0;
}
