#pragma once
/// WebSocket frames of a client: bytes in, in any pieces; whole messages and control frames out. And the few frames
/// that a server writes besides messages (those are codec/frame.hpp).
///
///     WsDecoder decoder(limits);
///     while (auto event = decoder.next(bytes)) …      // takes bytes from the front
///
/// In place  a frame that is whole in `bytes` is unmasked where it lies and not copied; only parts of frames and of
///           fragmented messages are kept, in a buffer that is given back when it is empty
/// Strict    masked, no reserved bits, lengths minimal, control frames short and whole, text UTF-8 across fragments,
///           close codes legal; anything else is one `error` event with the close code to answer, and the end
/// Bounds    payload of a message; data frames of a message, empty ones too. Nothing is allocated for a length that is
///           only announced
/// Source    RFC 6455 §5, §7.4
/// Tests     ws_frame_test.cpp

#include "codec/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wgw {

struct WsLimits {
    std::size_t payload = 1'000'000;  ///< Bytes of a message; over it: 1009.
    int frames = 1'024;               ///< Data frames of a message; over it: 1008.
};

struct WsEvent {
    enum class Type { text, binary, ping, pong, close, error };

    Type type = Type::error;
    std::string_view payload;  ///< Of a message, ping or pong. Good until the next call.
    std::uint16_t code = 0;    ///< close: what the peer gave, 0 if nothing. error: what to answer.

    friend bool operator==(const WsEvent&, const WsEvent&) = default;
};

class WsDecoder {
public:
    explicit WsDecoder(WsLimits limits = {}) : limits_(limits) {}

    /// The next event; takes from the front of `bytes` what belongs to it, and changes those bytes. Nothing: all bytes
    /// were taken and more are needed. After close or error: nothing more.
    std::optional<WsEvent> next(std::span<char>& bytes);

    /// Memory held for what is half-way, and until the next call for what was delivered; 0 for nothing.
    std::size_t held_bytes() const
    {
        // A short string lies in the decoder itself.
        const auto heap = [](const std::string& text) {
            return text.capacity() > std::string().capacity() ? text.capacity() : 0;
        };
        return heap(message_) + heap(control_) + heap(delivered_);
    }

    /// A message has begun and is not complete.
    bool in_message() const { return in_message_ || !pending_.empty() || payload_left_ > 0; }

private:
    struct Header {
        std::uint8_t opcode = 0;
        bool fin = false;
        std::uint64_t length = 0;
        std::uint32_t mask = 0;
    };

    std::optional<WsEvent> fail(std::uint16_t code);
    std::optional<std::uint16_t> accept(std::uint8_t first, std::uint8_t second);
    /// The header, if `bytes` (behind what is pending) complete it.
    bool take_header(std::span<char>& bytes, std::optional<WsEvent>& error);
    std::optional<WsEvent> take_payload(std::span<char>& bytes);
    std::optional<WsEvent> on_control(std::string_view payload);

    WsLimits limits_;
    std::string pending_;    ///< Of a header.
    std::string message_;    ///< Unmasked, of a message in parts.
    std::string control_;    ///< Unmasked, of a control frame in parts.
    std::string delivered_;  ///< What the last event looks into, if it was not whole where it came.
    Header frame_;
    std::uint64_t payload_left_ = 0;  ///< Of the frame that is being read.
    std::uint32_t rotation_ = 0;      ///< Bytes of the frame unmasked so far, modulo 4.
    int frames_ = 0;                  ///< Data frames of the message.
    Utf8Validator utf8_;
    bool in_frame_ = false;
    bool in_message_ = false;
    bool is_text_ = false;
    bool ended_ = false;
};

/// A close frame, with a code or without one.
std::string ws_close_frame(std::optional<std::uint16_t> code);

/// Precondition: at most 125 bytes.
std::string ws_pong_frame(std::string_view payload);

}  // namespace wgw
