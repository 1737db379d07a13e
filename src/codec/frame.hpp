#pragma once
/// One packet, encoded once, shared by every connection that has to send it.
///
/// A frame holds a whole WebSocket frame (server side: unmasked, FIN set), and so also the packet inside it, which is
/// what a polling transport sends. Text is an Engine.IO packet with its type ("42[…]"); binary is a message's bytes.
///
/// Immutable. Counted without atomics: frames are made, shared and freed on the loop only. So is what all queues of the
/// loop hold: a frame that waits in a thousand queues is in memory once, and counts once.
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

    /// In pairs, by whoever keeps it for a peer that has not taken it yet.
    void enter_queue() const { queued_bytes_ += sizeof(Frame) + (body_->queues++ == 0 ? memory() : 0); }
    void leave_queue() const { queued_bytes_ -= sizeof(Frame) + (--body_->queues == 0 ? memory() : 0); }

    /// How many queues it is in.
    std::uint32_t queues() const { return body_->queues; }

    /// What the queues of this thread's loop hold in memory: each frame once, and a pointer for each place.
    static std::size_t queued_bytes() { return queued_bytes_; }

private:
    struct Body {
        std::uint32_t count;
        std::uint32_t size;  ///< Of the WebSocket frame, in bytes.
        std::uint32_t queues = 0;
        std::uint8_t header = 0;  ///< Bytes in front of the packet.
        bool binary = false;
        bool incompressible = false;
    };  // the bytes follow it in the same allocation

    explicit Frame(Body* body) : body_(body) {}
    static Frame make(bool binary, std::string_view a, std::string_view b);
    static void release(Body* body) noexcept;
    const char* bytes() const { return reinterpret_cast<const char*>(body_ + 1); }
    std::size_t memory() const { return sizeof(Body) + body_->size; }

    inline static thread_local std::size_t queued_bytes_ = 0;

    Body* body_ = nullptr;
};

}  // namespace wgw
