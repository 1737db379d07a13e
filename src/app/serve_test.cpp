#include "app/serve.hpp"
#include "net/test_peer.hpp"
#include "store/failing_disk.hpp"
#include "store/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace wgw::app {
namespace {

/// Something that has to be stored.
constexpr std::string_view kSignUp = "POST /api/v1/auth/sign-up HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                     "Content-Type: application/json\r\nContent-Length: 71\r\n\r\n"
                                     R"({"first_name":"Grace","username":"grace.hopper","password":"cobol1959"})";

/// A port that nobody listens on now.
std::uint16_t free_port()
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool done = ::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                      ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(descriptor);
    return done ? ntohs(address.sin_port) : 0;
}

/// A client of whoever is going to listen there.
std::unique_ptr<net::Peer> connect_to(net::TestNet& net, std::uint16_t port)
{
    while (true) {
        try {
            return std::make_unique<net::Peer>(net, port);
        } catch (const std::runtime_error&) {
            std::this_thread::yield();
        }
    }
}

/// serve() on a disk on which three things cannot be stored.
int serve_on_a_bad_disk()
{
    store::FailingDisk disk;
    const store::TemporaryFolder folder;
    Options options;
    options.host = options.admin_host = "127.0.0.1";
    options.port = free_port();
    options.data = folder.path();
    const std::jthread client([&disk, port = options.port] {
        for (int i = 0; i < 3; ++i) {
            net::TestNet net;
            const auto peer = connect_to(net, port);
            disk.failing_syncs = 1;
            peer->send(kSignUp);
            net::has_closed(net, *peer);
        }
    });
    return serve(options);
}

TEST(Serving, EndsWithAStatusAndASentenceWhenTheDiskCannotBeTrusted)
{
    testing::GTEST_FLAG(death_test_style) = "threadsafe";
    EXPECT_EXIT(
        std::exit(serve_on_a_bad_disk()), testing::ExitedWithCode(1), "disk could not be trusted any more: check it"
    );
}

}  // namespace
}  // namespace wgw::app
