#include "sio/server/encoded.hpp"

#include "sio/protocol/packet_msgpack.hpp"

#include <cassert>
#include <limits>

namespace wgw::sio {

Encoded::Encoded(Packet packet, std::span<const std::string> attachments)
{
    if (!attachments.empty()) {
        packet.type = packet.type == PacketType::event ? PacketType::binary_event : PacketType::binary_ack;
        packet.attachments = static_cast<int>(attachments.size());
    }
    first_ = to_frame(packet);
    if (attachments.empty())
        return;
    all_.reserve(1 + attachments.size());
    all_.push_back(first_);
    for (const auto& attachment : attachments)
        all_.push_back(Frame::binary(attachment));
}

void Encoded::mark_incompressible()
{
    first_.mark_incompressible();
    for (auto& frame : all_)
        frame.mark_incompressible();
}

const Frame& Encoded::msgpack() const
{
    if (msgpack_)
        return msgpack_;
    // The text frame holds all that is needed, behind the Engine.IO type in front of it.
    const auto packet = decode(first_.packet().substr(1), std::numeric_limits<int>::max());
    assert(packet && "what to_frame() has made can be read");
    std::vector<std::string> attachments;
    for (const auto& frame : frames().subspan(1))
        attachments.emplace_back(frame.packet());
    msgpack_ = Frame::binary(encode_msgpack(*packet, attachments));
    if (first_.is_incompressible())
        msgpack_.mark_incompressible();
    return msgpack_;
}

}  // namespace wgw::sio
