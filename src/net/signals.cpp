#include "net/signals.hpp"

#include <cerrno>
#include <csignal>
#include <sys/signalfd.h>
#include <system_error>

namespace wgw::net {

Signals::Signals(Loop& loop, std::function<void(int)> on_signal) : loop_(loop), on_signal_(std::move(on_signal))
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR2);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is an error of the write that meets it
    fd_ = Fd(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    if (!fd_)
        throw std::system_error(errno, std::generic_category(), "signalfd");
    loop_.readiness().watch(fd_.get(), *this, Interest::read, Interest::none);
}

Signals::~Signals() { loop_.readiness().forget(*this); }

void Signals::on_ready(Interest)
{
    signalfd_siginfo info{};
    while (::read(fd_.get(), &info, sizeof info) == sizeof info)
        on_signal_(static_cast<int>(info.ssi_signo));
}

}  // namespace wgw::net
