#include "sio/protocol/frame_queue.hpp"

namespace wgw::sio {

void FrameQueue::pop(std::size_t count)
{
    assert(count <= size());
    for (const auto end = head_ + count; head_ < end; ++head_) {
        bytes_ -= frames_[head_].size();
        frames_[head_] = Frame();
    }
    if (empty()) {
        frames_.clear();
        head_ = 0;
        if (frames_.capacity() > kKept)
            std::vector<Frame>().swap(frames_);
        return;
    }
    // A queue that never runs empty must not grow for ever; each place is moved once per halving at most.
    if (head_ >= 64 && head_ >= frames_.size() / 2) {
        frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
    }
}

}  // namespace wgw::sio
