#include "sio/server/standalone.hpp"

#include <cstdio>

int main()
{
    wgw::sio::Standalone app;
    auto& nsp = app.of("/");
    nsp.on("say", [&](wgw::sio::Socket&, const wgw::sio::Arguments& arguments, wgw::sio::Reply reply) {
        nsp.emit("said", arguments);  // to everybody
        reply("ok");
    });
    std::fprintf(stderr, "http://127.0.0.1:%u\n", app.listen("127.0.0.1", 0));
    app.run();
}
