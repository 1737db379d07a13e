#pragma once
/// Which descriptors can be read or written: the kernel's epoll, level-triggered, and who is to be told.
///
/// What is asked of the kernel stays asked until it is changed: a connection that goes on reading costs no system call
/// but its reads. Events are taken from the kernel in batches and told one by one; what has not been told yet is
/// forgotten with its watcher. One thread, but for wake().
/// Source  epoll(7); docs/adr/0009-a-readiness-of-our-own.md
/// Tests   readiness_test.cpp

#include "base/time.hpp"
#include "net/fd.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <sys/epoll.h>

namespace wgw::net {

/// What a descriptor is watched for.
enum class Interest : std::uint8_t { none = 0, read = 1, write = 2, both = 3 };

constexpr Interest operator|(Interest a, Interest b) { return Interest(std::uint8_t(a) | std::uint8_t(b)); }
constexpr Interest without(Interest a, Interest b) { return Interest(std::uint8_t(a) & ~std::uint8_t(b)); }
constexpr bool has(Interest a, Interest b) { return (std::uint8_t(a) & std::uint8_t(b)) != 0; }

class Watcher {
public:
    /// What it can do now; a descriptor that has failed or was hung up can do both. It may destroy anything.
    virtual void on_ready(Interest what) = 0;

protected:
    ~Watcher() = default;
};

class Readiness {
public:
    Readiness();

    /// Has `who` told of `wanted` from now on, where it was `before` with this descriptor, for whomever. With none the
    /// kernel knows nothing of it, not even that the peer has gone. If the kernel is out of memory nothing is told:
    /// whoever watches has a deadline anyway.
    void watch(int fd, Watcher& who, Interest wanted, Interest before);

    /// Before a watcher goes, and before its descriptor has another one. Closing a descriptor ends its watch.
    void forget(Watcher& who);

    /// Waits until something is ready, or wake() was called; nothing: for ever. Precondition: all was told.
    /// False: nothing is ready.
    bool wait(std::optional<Duration> longest);

    /// Tells one of what the last wait() has found. False: all was told.
    bool tell_one();

    bool has_more() const { return next_ != end_; }

    /// Any thread: ends a wait(), the present one or the next.
    void wake();

private:
    static constexpr std::size_t kBatch = 128;

    Fd epoll_;
    Fd waker_;
    std::array<epoll_event, kBatch> found_;
    std::size_t next_ = 0;  ///< Of found_.
    std::size_t end_ = 0;
};

}  // namespace wgw::net
