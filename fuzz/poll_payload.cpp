// Bodies of long-polling: what is split can be joined again, and each packet is one or is refused.

#include "fuzz/fuzz.hpp"
#include "sio/protocol/engine_packet.hpp"

namespace {

using namespace wgw;
using namespace wgw::sio;

void check_packet(std::string_view packet)
{
    fuzz::require(!packet.contains('\x1e'), "a packet holds no separator");
    const auto decoded = decode_engine(packet);
    const bool has_type = !packet.empty() && packet.front() >= '0' && packet.front() <= '6';
    fuzz::require(decoded.has_value() == has_type, "a packet has a type from 0 to 6");
    if (decoded)
        fuzz::require(
            std::string(1, static_cast<char>(decoded->type)).append(decoded->data) == packet,
            "and is its type and its data"
        );
    if (!is_base64(packet))
        return;
    if (const auto bytes = decode_base64(packet)) {
        std::string again;
        append_poll_packet(again, Frame::binary(*bytes));
        std::string in_one_line(packet);
        std::erase_if(in_one_line, [](char c) { return c == '\r' || c == '\n'; });
        fuzz::require(again == in_one_line, "base64 has one form for the same bytes, but for its lines");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const auto body = fuzz::input(bytes, size);
    std::string joined;
    std::string written;  // as a server does, which has no empty packets
    std::size_t count = 0;
    std::size_t not_empty = 0;
    for (PollPackets packets(body); const auto packet = packets.next();) {
        check_packet(*packet);
        joined.append(count++ == 0 ? "" : "\x1e").append(*packet);
        if (packet->empty())
            continue;
        append_poll_packet(written, *packet);
        ++not_empty;
    }
    fuzz::require(joined == body, "joined, the packets are the body");
    std::size_t again = 0;
    for (PollPackets packets(written); !written.empty() && packets.next();)
        ++again;
    fuzz::require(again == not_empty, "what is written is split into as many");
    return 0;
}
