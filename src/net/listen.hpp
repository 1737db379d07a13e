#pragma once
/// Sockets that listen: on every address that a name has, or at a path of the file system.
///
/// Errors  std::runtime_error with a sentence that says what to do
/// Tests   http_server_test.cpp

#include "net/fd.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct addrinfo;

namespace wgw::net {

/// What a name to listen on stands for.
std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses_of(const std::string& host, std::uint16_t port);

/// Non-blocking, all on the same port: `port`, or a free one where that is 0. `port_setting` is what to change where
/// the port is in use. What is accepted has TCP_NODELAY.
std::vector<Fd> listen_on(const std::string& host, std::uint16_t port, std::string_view port_setting);

std::uint16_t port_of(const Fd& listening);

/// Has the kernel ignore who would connect from now on: they try again after a second, and are refused if nobody
/// listens any more. Who is in its queue already can be accepted, and none comes in between. Where the kernel does not
/// take that, nothing changes.
void ignore_new(const Fd& listening);

/// A Unix socket at `path`, of any length, for the owner of the process only: mode 0600. What is at `path` is replaced:
/// whoever calls knows that it is nobody's any more.
Fd listen_at(const std::string& path);

/// Connects to the Unix socket at `path`, of any length; blocking. Nothing: errno says why.
Fd connect_at(const std::string& path);

}  // namespace wgw::net
