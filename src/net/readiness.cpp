#include "net/readiness.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <limits>
#include <sys/eventfd.h>
#include <system_error>

namespace wgw::net {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::system_category(), what); }

std::uint32_t events_of(Interest what)
{
    return (has(what, Interest::read) ? EPOLLIN : 0U) | (has(what, Interest::write) ? EPOLLOUT : 0U);
}

}  // namespace

Readiness::Readiness() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), waker_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &waker_}};
    if (!epoll_ || !waker_ || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, waker_.get(), &event) != 0)
        fail("The loop cannot be set up");
}

void Readiness::watch(int fd, Watcher& who, Interest wanted, Interest before)
{
    epoll_event event{.events = events_of(wanted), .data = {.ptr = &who}};
    const int what = wanted == Interest::none   ? EPOLL_CTL_DEL
                     : before == Interest::none ? EPOLL_CTL_ADD
                                                : EPOLL_CTL_MOD;
    ::epoll_ctl(epoll_.get(), what, fd, &event);
}

void Readiness::forget(Watcher& who)
{
    for (std::size_t i = next_; i < end_; ++i)
        if (found_[i].data.ptr == &who)
            found_[i].data.ptr = nullptr;
}

bool Readiness::wait(std::optional<Duration> longest)
{
    assert(next_ == end_);
    constexpr std::int64_t kMost = std::numeric_limits<int>::max();
    const int ms = longest ? static_cast<int>(std::clamp<std::int64_t>(longest->count(), 0, kMost)) : -1;
    const int got = ::epoll_wait(epoll_.get(), found_.data(), static_cast<int>(found_.size()), ms);
    if (got < 0 && errno != EINTR)
        fail("The loop cannot wait");
    next_ = 0;
    end_ = static_cast<std::size_t>(std::max(got, 0));
    return end_ > 0;
}

bool Readiness::tell_one()
{
    if (next_ == end_)
        return false;
    const epoll_event event = found_[next_++];
    if (event.data.ptr == nullptr)
        return true;  // forgotten
    if (event.data.ptr == &waker_) {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto read = ::read(waker_.get(), &count, sizeof count);
        return true;
    }
    auto* const who = static_cast<Watcher*>(event.data.ptr);
    const bool failed = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
    const auto can = [&](std::uint32_t bit, Interest what) {
        return failed || (event.events & bit) != 0 ? what : Interest::none;
    };
    who->on_ready(can(EPOLLIN, Interest::read) | can(EPOLLOUT, Interest::write));
    return true;
}

void Readiness::wake()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(waker_.get(), &one, sizeof one);
}

}  // namespace wgw::net
