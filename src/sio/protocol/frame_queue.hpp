#pragma once
/// The outgoing packets of one session, first in, first out, in one piece of memory so that one writev can take them.
///
/// Hot path: push() is one pointer and one counter. Up to kKept places are kept when the queue has become empty,
/// so that a quiet connection allocates nothing per message; a longer one gives its memory back.
/// Tests  frame_queue_test.cpp

#include "codec/frame.hpp"

#include <cassert>
#include <cstddef>
#include <span>
#include <vector>

namespace wgw::sio {

class FrameQueue {
public:
    static constexpr std::size_t kKept = 8;

    void push(const Frame& frame)
    {
        if (frames_.capacity() == 0)
            frames_.reserve(kKept);
        frames_.push_back(frame);
        bytes_ += frame.size();
    }

    /// In the order of push(). Valid until the next push(), pop() or clear().
    std::span<const Frame> frames() const { return std::span(frames_).subspan(head_); }

    std::size_t size() const { return frames_.size() - head_; }
    bool empty() const { return size() == 0; }
    std::size_t bytes() const { return bytes_; }

    /// Takes `count` frames from the front. Precondition: count <= size().
    void pop(std::size_t count);
    void clear() { pop(size()); }

private:
    std::vector<Frame> frames_;
    std::size_t head_ = 0;  // frames_[0 .. head_) have been taken and are empty
    std::size_t bytes_ = 0;
};

}  // namespace wgw::sio
