#include "net/listen.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <linux/filter.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace wgw::net {
namespace {

constexpr int kBacklog = 4'096;
constexpr int kUnixBacklog = 16;  // of one person's commands

/// What `address` says, on `port`; IPv4 and IPv6 have it in the same place.
sockaddr_storage with_port(const addrinfo& address, std::uint16_t port)
{
    sockaddr_storage out{};
    std::memcpy(&out, address.ai_addr, address.ai_addrlen);
    reinterpret_cast<sockaddr_in*>(&out)->sin_port = htons(port);
    return out;
}

/// Nothing: errno says why.
Fd open(const addrinfo& address, std::uint16_t port)
{
    Fd fd(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto set = [&](int level, int option) {
        const int on = 1;
        return ::setsockopt(fd.get(), level, option, &on, sizeof on) == 0;
    };
    const auto at = with_port(address, port);
    const bool done = fd && (address.ai_family != AF_INET6 || set(IPPROTO_IPV6, IPV6_V6ONLY)) &&
                      set(SOL_SOCKET, SO_REUSEADDR) && set(IPPROTO_TCP, TCP_NODELAY) &&
                      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), address.ai_addrlen) == 0 &&
                      ::listen(fd.get(), kBacklog) == 0;
    return done ? std::move(fd) : Fd();
}

std::string why_not(const std::string& host, std::uint16_t port, int error, std::string_view port_setting)
{
    if (error == EADDRNOTAVAIL)
        return host + " is no address of this machine. Listen on one that is, or on 0.0.0.0 for all of them.";
    if (error == EACCES)
        return "Port " + std::to_string(port) +
               " needs a privilege that this process does not have. Choose one from 1024 on: " +
               std::string(port_setting) + ".";
    return "Cannot listen on " + host + ", port " + std::to_string(port) + ": " + std::strerror(error) + ".";
}

/// An address of a Unix socket has 107 bytes for its path. A longer one is reached through its folder, which stays
/// open.
class UnixAddress {
public:
    explicit UnixAddress(const std::string& path)
    {
        address_.sun_family = AF_UNIX;
        const std::filesystem::path whole(path);
        std::string text = path;
        if (text.size() >= sizeof address_.sun_path) {
            folder_ = Fd(::open(whole.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
            text = "/proc/self/fd/" + std::to_string(folder_.get()) + "/" + whole.filename().string();
        }
        std::strncpy(address_.sun_path, text.c_str(), sizeof address_.sun_path - 1);
    }

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
    static socklen_t size() { return sizeof(sockaddr_un); }

private:
    sockaddr_un address_{};
    Fd folder_;
};

}  // namespace

std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses_of(const std::string& host, std::uint16_t port)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* list = nullptr;
    if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list); error != 0)
        throw std::runtime_error(
            "Cannot listen on \"" + host + "\": " + ::gai_strerror(error) +
            ". Give a name or an IP address of this machine."
        );
    return {list, &::freeaddrinfo};
}

std::vector<Fd> listen_on(const std::string& host, std::uint16_t port, std::string_view port_setting)
{
    const auto found = addresses_of(host, port);
    std::vector<Fd> listening;
    std::string problem;
    for (const auto* at = found.get(); at != nullptr; at = at->ai_next) {
        const std::uint16_t bound = listening.empty() ? port : port_of(listening.front());
        if (Fd fd = open(*at, bound)) {
            listening.push_back(std::move(fd));
            continue;
        }
        if (errno == EADDRINUSE)
            throw std::runtime_error(
                "Port " + std::to_string(bound) + " of " + host +
                " is in use by another program. Stop it, or choose another port: " + std::string(port_setting) + "."
            );
        problem = why_not(host, port, errno, port_setting);  // a machine without IPv6 still has its other address
    }
    if (listening.empty())
        throw std::runtime_error(problem);
    return listening;
}

std::uint16_t port_of(const Fd& listening)
{
    sockaddr_storage at{};
    socklen_t size = sizeof at;
    ::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&at), &size);
    return ntohs(reinterpret_cast<const sockaddr_in*>(&at)->sin_port);
}

void ignore_new(const Fd& listening)
{
    // Of a TCP header: drop what has SYN among its flags; pass the rest, such as the end of a handshake under way.
    constexpr std::uint32_t kFlags = 13, kSyn = 0x02;
    sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kFlags),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kSyn, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xffff'ffff),
    };
    const sock_fprog program{std::size(steps), steps};
    ::setsockopt(listening.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

Fd listen_at(const std::string& path)
{
    const UnixAddress address(path);
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    ::unlink(path.c_str());
    // The mode of the socket is that of its file: there is no moment at which somebody else could connect.
    if (!fd || ::fchmod(fd.get(), 0600) != 0 || ::bind(fd.get(), address.get(), UnixAddress::size()) != 0 ||
        ::listen(fd.get(), kUnixBacklog) != 0)
        throw std::runtime_error(
            "Cannot listen at " + path + ": " + std::strerror(errno) + ". The folder has to be on a local disk."
        );
    return fd;
}

Fd connect_at(const std::string& path)
{
    const UnixAddress address(path);
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (fd && ::connect(fd.get(), address.get(), UnixAddress::size()) == 0)
        return fd;
    const int error = errno;
    fd.close();
    errno = error;
    return fd;
}

}  // namespace wgw::net
