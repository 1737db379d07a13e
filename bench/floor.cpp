/// bench_floor <port> write|coalesce: the floor that servers are compared with. See relay.hpp.

#include "bench/relay.hpp"

#include <charconv>
#include <cstdio>
#include <exception>
#include <string_view>

namespace {

void serve(std::uint16_t port, wgw::bench::Flush flush)
{
    wgw::bench::Relay relay(flush);
    std::printf("listening on %u\n", relay.listen(port));
    std::fflush(stdout);
    while (true)
        relay.turn(-1);
}

}  // namespace

int main(int argc, char** argv)
{
    using wgw::bench::Flush;
    const std::string_view port = argc == 3 ? argv[1] : "";
    const std::string_view mode = argc == 3 ? argv[2] : "";
    std::uint16_t number = 0;
    const auto read = std::from_chars(port.data(), port.data() + port.size(), number);
    if (read.ec != std::errc{} || (mode != "write" && mode != "coalesce")) {
        std::fputs("bench_floor <port> write|coalesce\n", stderr);
        return 2;
    }
    try {
        serve(number, mode == "write" ? Flush::write : Flush::coalesce);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_floor: %s\n", error.what());
        return 1;
    }
}
