#include "app/notify.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace wgw::app {
namespace {

std::string_view variable(const char* name)
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::int64_t number(std::string_view text)
{
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size() ? out : 0;
}

}  // namespace

NotifyOptions NotifyOptions::from_environment()
{
    NotifyOptions options{std::string(variable("NOTIFY_SOCKET"))};
    const auto pid = variable("WATCHDOG_PID");
    if (pid.empty() || number(pid) == ::getpid())
        options.watchdog =
            std::chrono::duration_cast<Duration>(std::chrono::microseconds(number(variable("WATCHDOG_USEC"))));
    return options;
}

Notify::Notify(net::Loop& loop, NotifyOptions options) : loop_(loop), options_(std::move(options))
{
    if (options_.socket.empty() || options_.socket.size() >= sizeof(sockaddr_un::sun_path))
        return;
    fd_ = net::Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

void Notify::ready()
{
    send("READY=1\nSTATUS=Serving.");
    if (fd_ && options_.watchdog.count() > 0 && !armed())
        on_timer(loop_.now());
}

void Notify::reloading()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const auto us = std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
    send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(us));
}

void Notify::stopping() { send("STOPPING=1\nSTATUS=Finishing what is under way."); }

/// Twice in the time that is given. It is the loop that says so: one that hangs is started anew.
void Notify::on_timer(Instant now)
{
    send("WATCHDOG=1");
    loop_.timers().arm(*this, now + std::max(options_.watchdog / 2, Duration(1)));
}

// What does not arrive is missed by the manager, which then acts; there is nobody else to tell.
void Notify::send(std::string_view text) const
{
    if (!fd_)
        return;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    options_.socket.copy(address.sun_path, options_.socket.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + options_.socket.size());
    if (options_.socket.front() == '@')
        address.sun_path[0] = '\0';
    ::sendto(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace wgw::app
