// Text packets: what is decoded can be encoded and decodes as the same, and is complete.

#include "codec/json_text.hpp"
#include "fuzz/fuzz.hpp"
#include "sio/protocol/packet.hpp"
#include "sio/protocol/placeholders.hpp"

using namespace wgw;
using namespace wgw::sio;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const auto packet = decode(fuzz::input(bytes, size));
    if (!packet)
        return 0;
    const auto text = encode(*packet);
    fuzz::require(decode(text) == packet, "encoded and decoded it is the same");
    fuzz::require(to_frame(*packet).packet() == "4" + text, "the frame holds the text");

    const bool is_binary = packet->type == PacketType::binary_event || packet->type == PacketType::binary_ack;
    fuzz::require(
        is_binary == (packet->attachments > 0) && packet->attachments <= kMaxAttachments, "attachments are counted"
    );
    fuzz::require(packet->nsp.starts_with('/') && packet->nsp.size() <= kMaxNamespaceBytes, "a namespace is one");
    fuzz::require(!packet->ack || (*packet->ack >= 0 && *packet->ack <= kMaxAck), "an ack id is in range");
    if (packet->json.empty())
        return 0;
    fuzz::require(json_check(packet->json) == JsonError::none, "the payload is JSON");
    fuzz::require(
        !is_binary || placeholders_fit(packet->json, packet->attachments), "placeholders have their attachments"
    );
    if (packet->type == PacketType::event)
        fuzz::require(JsonValue(packet->json).elements().next().has_value(), "an event has a name");
    return 0;
}
