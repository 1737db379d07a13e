/// bench_sio_relay <port>: the relay of the bench on our own Socket.IO library, without chat.
///
///     CONNECT {"room":"7"}          the client is in room 7
///     ["send",<argument>]           everybody in the room gets ["recv",<argument>], the sender too

#include "sio/server/standalone.hpp"

#include <charconv>
#include <cstdio>
#include <exception>
#include <string_view>

namespace {

using namespace wgw;

std::string room_of(const sio::Socket& socket)
{
    if (socket.auth().empty())
        return {};
    const auto room = JsonValue(socket.auth()).find("room");
    return room && room->is_string() ? room->string() : std::string();
}

void serve(std::uint16_t port)
{
    sio::Standalone app;
    auto& everybody = app.of("/");
    everybody.on_connection([](sio::Socket& socket) {
        socket.data = room_of(socket);
        socket.join(room_of(socket));
    });
    everybody.on("send", [&everybody](sio::Socket& socket, const sio::Arguments& arguments, const sio::Reply&) {
        const auto& room = *std::any_cast<std::string>(&socket.data);
        everybody.broadcast(room, everybody.encode_values("recv", arguments.values()));
    });
    std::printf("listening on %u\n", app.listen("127.0.0.1", port));
    std::fflush(stdout);
    app.run();
}

}  // namespace

int main(int argc, char** argv)
{
    const std::string_view port = argc == 2 ? argv[1] : "";
    std::uint16_t number = 0;
    if (std::from_chars(port.data(), port.data() + port.size(), number).ec != std::errc{}) {
        std::fputs("bench_sio_relay <port>\n", stderr);
        return 2;
    }
    try {
        serve(number);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_sio_relay: %s\n", error.what());
        return 1;
    }
}
