#include "sio/protocol/frame_queue.hpp"

#include <utility>

namespace wgw::sio {

void FrameQueue::push_second(const Frame& frame)
{
    many_ = std::make_unique<Many>();
    many_->frames.reserve(8);
    many_->frames.push_back(std::exchange(one_, Frame()));
    many_->frames.push_back(frame);
}

void FrameQueue::pop(std::size_t count)
{
    assert(count <= size());
    if (!many_) {
        if (count == 1) {
            one_.leave_queue();
            one_ = Frame();
            bytes_ = 0;
        }
        return;
    }
    auto& frames = many_->frames;
    auto& head = many_->head;
    for (std::size_t i = 0; i < count; ++i) {
        frames[head].leave_queue();
        bytes_ -= frames[head].size();
        frames[head++] = Frame();
    }
    if (head == frames.size()) {
        many_.reset();
        return;
    }
    // A queue that never runs empty must not grow for ever; each place is moved once per halving at most.
    if (head >= 64 && head >= frames.size() / 2) {
        frames.erase(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(head));
        head = 0;
    }
}

}  // namespace wgw::sio
