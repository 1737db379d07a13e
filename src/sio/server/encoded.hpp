#pragma once
/// An event or ack, encoded once for any number of sockets: one frame, and one more for each binary value. For clients
/// with the parser for MessagePack, once more, when the first of them is met.
///
/// An application gets one of Namespace::encode(), and gives it to broadcast() and Socket::send() of the same
/// namespace; what is in it is the library's matter.
///
/// A value; copies share the frames, which are counted without atomics: loop only. Hot path: without binary values
/// there is one frame, and no further memory.
/// Tests  encoded_test.cpp

#include "codec/frame.hpp"
#include "sio/protocol/packet.hpp"

#include <span>
#include <string>
#include <vector>

namespace wgw::sio {

class Encoded {
public:
    /// `packet` is an event or ack whose placeholders point at `attachments`; its type and count follow from these.
    explicit Encoded(Packet packet, std::span<const std::string> attachments = {});

    /// In the order in which they have to be sent, nothing in between.
    std::span<const Frame> frames() const { return all_.empty() ? std::span(&first_, 1) : std::span(all_); }

    const Frame& msgpack() const;

    /// See Target::uncompressed(). Before it is sent.
    void mark_incompressible();

private:
    Frame first_;
    std::vector<Frame> all_;  ///< Empty if the first is the only one.
    mutable Frame msgpack_;
};

}  // namespace wgw::sio
