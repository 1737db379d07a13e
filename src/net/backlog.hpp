#pragma once
/// What is kept for peers that have not taken it yet, by all of a loop's servers together, and its bound.
///
/// Counted   answers of HTTP as their bytes; frames once each, however many queues they are in (Frame::queued_bytes())
/// Bound     looked at behind the flush of each turn: what the kernel has taken costs nobody anything. Over it, whoever
///           frees the most by going goes, then the next
/// Loop only.
/// Tests     outbound_test.cpp

#include "base/time.hpp"
#include "codec/frame.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace wgw::net {

class Backlog {
public:
    static constexpr std::size_t kBytes = std::size_t{512} << 20;

    /// What one peer has not taken.
    struct Share {
        std::size_t bytes = 0;
        std::function<void()> give_up;  ///< Ends the connection. May be called when it has ended already.
    };

    class Source {
    public:
        virtual void list_backlog(std::vector<Share>& shares) = 0;

    protected:
        ~Source() = default;
    };

    void join(Source& source) { sources_.push_back(&source); }
    void leave(Source& source) { std::erase(sources_, &source); }

    /// `counted`: what was counted before, and is from now on.
    void count(std::size_t& counted, std::size_t bytes)
    {
        bytes_ += bytes - counted;
        counted = bytes;
    }

    std::size_t bytes() const { return bytes_ + Frame::queued_bytes(); }
    void bound(std::size_t bytes) { bound_ = bytes; }

    bool is_over() const { return bytes() > bound_; }

    /// Ends connections until it is not, as far as that helps. False: nothing has become less.
    bool shed(Instant now);

private:
    std::vector<Source*> sources_;
    std::size_t bound_ = kBytes;
    std::size_t bytes_ = 0;  ///< Other than frames.
    Instant quiet_until_;    ///< About too many of them.
};

}  // namespace wgw::net
