#include "sio/protocol/engine_packet.hpp"

#include "codec/base64.hpp"

namespace wgw::sio {

namespace {

constexpr char kSeparator = '\x1e';

}  // namespace

std::optional<EnginePacket> decode_engine(std::string_view text)
{
    if (text.empty() || text.front() < '0' || text.front() > '6')
        return std::nullopt;
    return EnginePacket{static_cast<EngineType>(text.front()), text.substr(1)};
}

std::optional<std::string_view> PollPackets::next()
{
    if (done_)
        return std::nullopt;
    const auto end = rest_.find(kSeparator);
    const auto packet = rest_.substr(0, end);
    done_ = end == std::string_view::npos;
    if (!done_)
        rest_.remove_prefix(end + 1);
    return packet;
}

std::optional<std::string> decode_base64(std::string_view packet)
{
    const auto base64 = packet.substr(1);
    if (!base64.contains('\n'))
        return base64_decode(base64);
    // The Java client writes lines of 76 characters, and ends the last one, too (RFC 2045 §6.8).
    std::string one_line(base64);
    std::erase_if(one_line, [](char c) { return c == '\n' || c == '\r'; });
    return base64_decode(one_line);
}

void append_poll_packet(std::string& body, std::string_view text_packet)
{
    if (!body.empty())
        body += kSeparator;
    body += text_packet;
}

void append_poll_packet(std::string& body, const Frame& frame)
{
    if (!frame.is_binary())
        return append_poll_packet(body, frame.packet());
    append_poll_packet(body, "b");
    body += base64_encode(frame.packet());
}

}  // namespace wgw::sio
