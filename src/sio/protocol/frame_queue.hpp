#pragma once
/// The outgoing packets of one session, first in, first out, in one piece of memory so that one writev can take them.
///
/// Hot path: push() is one pointer and one counter. A quiet connection is sent one packet per turn: that one lies in
/// the queue itself and costs no memory elsewhere. More than one are kept in memory that is given back when the queue
/// has become empty.
/// Tests  frame_queue_test.cpp

#include "codec/frame.hpp"

#include <cassert>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace wgw::sio {

class FrameQueue {
public:
    FrameQueue() = default;
    FrameQueue(const FrameQueue&) = delete;
    FrameQueue& operator=(const FrameQueue&) = delete;
    ~FrameQueue() { clear(); }

    void push(const Frame& frame)
    {
        frame.enter_queue();
        bytes_ += frame.size();
        if (many_)
            many_->frames.push_back(frame);
        else if (!one_)
            one_ = frame;
        else
            push_second(frame);
    }

    /// In the order of push(). Valid until the next push(), pop() or clear().
    std::span<const Frame> frames() const
    {
        return many_ ? std::span<const Frame>(many_->frames).subspan(many_->head) : std::span(&one_, one_ ? 1 : 0);
    }

    std::size_t size() const { return frames().size(); }
    bool empty() const { return bytes_ == 0; }  // no frame is empty on the wire
    std::size_t bytes() const { return bytes_; }

    /// Takes `count` frames from the front. Precondition: count <= size().
    void pop(std::size_t count);
    void clear() { pop(size()); }

private:
    struct Many {
        std::vector<Frame> frames;
        std::size_t head = 0;  // frames[0 .. head) have been taken and are empty
    };

    void push_second(const Frame& frame);

    Frame one_;                   // if it is the only one
    std::unique_ptr<Many> many_;  // else all of them
    std::size_t bytes_ = 0;
};

}  // namespace wgw::sio
