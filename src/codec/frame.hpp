#pragma once
/// One packet, encoded once, shared by every connection that has to send it.
///
/// A frame holds a whole WebSocket frame (server side: unmasked, FIN set), and so also the packet inside it, which is
/// what a polling transport sends. Text is an Engine.IO packet with its type ("42[…]"); binary is a message's bytes.
///
/// Immutable. Counted without atomics: frames are made, shared and freed on the loop only.
/// Source  RFC 6455 §5.2
/// Tests   frame_test.cpp

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace wgw {

class Frame {
public:
    Frame() = default;
    Frame(const Frame& other) noexcept : body_(other.body_)
    {
        if (body_)
            ++body_->count;
    }
    Frame(Frame&& other) noexcept : body_(std::exchange(other.body_, nullptr)) {}
    Frame& operator=(Frame other) noexcept
    {
        std::swap(body_, other.body_);
        return *this;
    }
    ~Frame()
    {
        if (body_ && --body_->count == 0)
            release(body_);
    }

    /// This one is not worth compressing, says whoever made it. Before it is shared.
    void mark_incompressible() { body_->incompressible = true; }
    bool is_incompressible() const { return body_->incompressible; }

    /// A text frame that holds `a` followed by `b`: two parts, so that a prefix costs no copy of its own.
    static Frame text(std::string_view a, std::string_view b = {});
    static Frame binary(std::string_view bytes);

    explicit operator bool() const { return body_ != nullptr; }
    bool is_binary() const { return body_->binary; }

    /// The WebSocket frame.
    std::string_view wire() const { return {bytes(), body_->size}; }

    /// What is in it.
    std::string_view packet() const { return wire().substr(body_->header); }

    std::size_t size() const { return body_->size; }

private:
    struct Body {
        std::uint32_t count;
        std::uint32_t size;   ///< Of the WebSocket frame, in bytes.
        std::uint8_t header;  ///< Bytes in front of the packet.
        bool binary;
        bool incompressible = false;
    };  // the bytes follow it in the same allocation

    explicit Frame(Body* body) : body_(body) {}
    static Frame make(bool binary, std::string_view a, std::string_view b);
    static void release(Body* body) noexcept;
    const char* bytes() const { return reinterpret_cast<const char*>(body_ + 1); }

    Body* body_ = nullptr;
};

}  // namespace wgw
