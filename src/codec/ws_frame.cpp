#include "codec/ws_frame.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace wgw {
namespace {

constexpr std::uint8_t kContinuation = 0;
constexpr std::uint8_t kText = 1;
constexpr std::uint8_t kBinary = 2;
constexpr std::uint8_t kClose = 8;
constexpr std::uint8_t kPing = 9;
constexpr std::uint8_t kPong = 10;

constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kNotUtf8 = 1007;
constexpr std::uint16_t kPolicy = 1008;
constexpr std::uint16_t kTooBig = 1009;

bool is_control(std::uint8_t opcode) { return opcode >= 8; }

/// Undoes the mask in place; `rotation` is the place in it of the first byte.
void unmask(std::span<char> bytes, std::uint32_t mask, std::uint32_t rotation)
{
    unsigned char key[8];
    for (std::size_t i = 0; i < 8; ++i)
        key[i] = static_cast<unsigned char>(mask >> (8 * ((rotation + i) % 4)));
    std::uint64_t wide = 0;
    std::memcpy(&wide, key, 8);
    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + i, 8);
        word ^= wide;
        std::memcpy(bytes.data() + i, &word, 8);
    }
    for (; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) ^ key[i % 8]);
}

/// RFC 6455 §7.4: codes that may be sent.
bool is_legal(std::uint16_t code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace

std::optional<WsEvent> WsDecoder::fail(std::uint16_t code)
{
    ended_ = true;
    return WsEvent{WsEvent::Type::error, {}, code};
}

/// What is wrong with the first two bytes, if anything.
std::optional<std::uint16_t> WsDecoder::accept(std::uint8_t first, std::uint8_t second)
{
    const auto opcode = static_cast<std::uint8_t>(first & 0x0f);
    const bool fin = (first & 0x80) != 0;
    const auto length = static_cast<std::uint8_t>(second & 0x7f);
    const bool known = opcode <= kBinary || (opcode >= kClose && opcode <= kPong);
    if ((first & 0x70) != 0 || !known || (second & 0x80) == 0)
        return kProtocolError;
    if (is_control(opcode))
        return fin && length <= 125 ? std::nullopt : std::optional(kProtocolError);
    if ((opcode == kContinuation) != in_message_)
        return kProtocolError;
    if (frames_ == limits_.frames)
        return kPolicy;
    return {};
}

bool WsDecoder::take_header(std::span<char>& bytes, std::optional<WsEvent>& error)
{
    const auto at = [&](std::size_t i) {
        return static_cast<std::uint8_t>(i < pending_.size() ? pending_[i] : bytes[i - pending_.size()]);
    };
    const auto have = [&] { return pending_.size() + bytes.size(); };
    const auto keep = [&] {
        pending_.append(bytes.data(), bytes.size());
        bytes = {};
        return false;
    };
    if (have() < 2)
        return keep();
    if (const auto code = accept(at(0), at(1))) {
        error = fail(*code);
        return false;
    }
    const std::uint8_t short_length = at(1) & 0x7f;
    const std::size_t extended = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
    const std::size_t size = 2 + extended + 4;
    if (have() < size)
        return keep();

    std::uint64_t length = extended == 0 ? short_length : 0;
    for (std::size_t i = 0; i < extended; ++i)
        length = length << 8 | at(2 + i);
    const bool minimal = extended == 0 || (extended == 2 ? length > 125 : length > 0xffff);
    if (!minimal || length >> 63 != 0) {
        error = fail(kProtocolError);
        return false;
    }
    frame_ = {static_cast<std::uint8_t>(at(0) & 0x0f), (at(0) & 0x80) != 0, length, 0};
    if (!is_control(frame_.opcode) && length > limits_.payload - message_.size()) {
        error = fail(kTooBig);
        return false;
    }
    for (std::size_t i = 0; i < 4; ++i)
        frame_.mask |= std::uint32_t{at(2 + extended + i)} << (8 * i);
    bytes = bytes.subspan(size - pending_.size());
    pending_ = {};
    payload_left_ = length;
    rotation_ = 0;
    in_frame_ = true;
    if (!is_control(frame_.opcode)) {
        ++frames_;
        if (frame_.opcode != kContinuation)
            is_text_ = frame_.opcode == kText;
        in_message_ = true;
    }
    return true;
}

std::optional<WsEvent> WsDecoder::next(std::span<char>& bytes)
{
    std::string().swap(delivered_);  // assigning an empty one would keep the memory
    while (!ended_) {
        if (!in_frame_) {
            if (bytes.empty())
                return {};
            std::optional<WsEvent> error;
            if (!take_header(bytes, error))
                return error;
        }
        if (bytes.empty() && payload_left_ > 0)
            return {};
        if (auto event = take_payload(bytes))
            return event;
    }
    std::string().swap(message_);  // of the message that was not to be completed
    bytes = {};
    return {};
}

std::optional<WsEvent> WsDecoder::take_payload(std::span<char>& bytes)
{
    const auto part = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, bytes.size())));
    bytes = bytes.subspan(part.size());
    unmask(part, frame_.mask, rotation_);
    rotation_ = (rotation_ + static_cast<std::uint32_t>(part.size())) % 4;
    const bool whole = part.size() == frame_.length;
    payload_left_ -= part.size();
    in_frame_ = payload_left_ > 0;
    std::string_view payload(part.data(), part.size());

    if (is_control(frame_.opcode)) {
        if (!whole)
            control_ += payload;
        if (in_frame_)
            return {};
        if (!whole) {
            delivered_ = std::exchange(control_, {});
            payload = delivered_;
        }
        return on_control(payload);
    }
    if (is_text_ && !utf8_.push(payload))
        return fail(kNotUtf8);
    const bool complete = !in_frame_ && frame_.fin;
    const bool in_place = complete && whole && frames_ == 1;
    if (!in_place)
        message_ += payload;
    if (!complete)
        return {};
    if (is_text_ && !utf8_.ends_complete())
        return fail(kNotUtf8);
    utf8_ = {};
    frames_ = 0;
    in_message_ = false;
    if (!in_place) {
        delivered_ = std::exchange(message_, {});
        payload = delivered_;
    }
    return WsEvent{is_text_ ? WsEvent::Type::text : WsEvent::Type::binary, payload, 0};
}

std::optional<WsEvent> WsDecoder::on_control(std::string_view payload)
{
    if (frame_.opcode == kPing)
        return WsEvent{WsEvent::Type::ping, payload, 0};
    if (frame_.opcode == kPong)
        return WsEvent{WsEvent::Type::pong, payload, 0};
    if (payload.size() == 1)
        return fail(kProtocolError);
    std::uint16_t code = 0;
    if (payload.size() >= 2) {
        code = static_cast<std::uint16_t>(
            static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1])
        );
        if (!is_legal(code))
            return fail(kProtocolError);
        if (!is_utf8(payload.substr(2)))
            return fail(kNotUtf8);
    }
    ended_ = true;
    return WsEvent{WsEvent::Type::close, {}, code};
}

std::string ws_close_frame(std::optional<std::uint16_t> code)
{
    std::string out = "\x88";
    out += static_cast<char>(code ? 2 : 0);
    if (code) {
        out += static_cast<char>(*code >> 8);
        out += static_cast<char>(*code & 255);
    }
    return out;
}

std::string ws_pong_frame(std::string_view payload)
{
    std::string out = "\x8a";
    out += static_cast<char>(payload.size());
    out += payload;
    return out;
}

}  // namespace wgw
