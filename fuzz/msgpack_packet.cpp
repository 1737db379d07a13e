// MessagePack packets: what is decoded has a text form that means the same, and can be encoded and decoded again.

#include "codec/json_text.hpp"
#include "codec/msgpack.hpp"
#include "fuzz/fuzz.hpp"
#include "sio/protocol/packet_msgpack.hpp"
#include "sio/protocol/placeholders.hpp"

namespace {

using namespace wgw;
using namespace wgw::sio;

void check_value(std::string_view bytes)
{
    const auto value = json_from_msgpack(bytes);
    if (!value)
        return;
    const JsonLimits limits{.depth = MsgpackLimits().depth + 1, .nodes = MsgpackLimits().nodes};
    fuzz::require(json_check(value->json, limits) == JsonError::none, "a value becomes JSON within the limits");
    fuzz::require(
        placeholders_fit(value->json, static_cast<int>(value->attachments.size())) || value->attachments.empty(),
        "placeholders have their attachments"
    );
    const auto again = json_from_msgpack(msgpack_from_json(value->json, value->attachments));
    fuzz::require(again == value, "a value is the same after a round trip");
}

void check_packet(std::string_view bytes)
{
    const auto packet = decode_msgpack(bytes);
    if (!packet)
        return;
    const auto text = encode(packet->packet());
    fuzz::require(decode(text) == packet->packet(), "its text form is the same packet");

    const auto encoded = encode_msgpack(packet->packet(), packet->attachments);
    const auto again = decode_msgpack(encoded);
    fuzz::require(again.has_value(), "what is encoded can be decoded");
    // Binary in a key that is ignored is an attachment that nothing refers to, and is gone.
    fuzz::require(again->attachments.size() <= packet->attachments.size(), "no attachment comes from nowhere");
    if (again->attachments.size() == packet->attachments.size())
        fuzz::require(*again == *packet, "and is the same");
    fuzz::require(encode_msgpack(again->packet(), again->attachments) == encoded, "encoded again it is the same bytes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    check_value(fuzz::input(bytes, size));
    check_packet(fuzz::input(bytes, size));
    return 0;
}
