#include "sio/engine/alone.hpp"
#include "sio/engine/engine_server.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace wgw::sio {
namespace {

class Deaf final : public EngineConnection {
public:
    using EngineConnection::EngineConnection;

private:
    void on_message(const Message&) override {}
    void on_closed(CloseReason) override {}
};

std::unique_ptr<EngineConnection> make(EngineConnection::Opening opening)
{
    return std::make_unique<Deaf>(std::move(opening));
}

TEST(AProgramThatIsAlone, EndsAtASignalAlsoWithAThreadFromBeforeItRuns)
{
    Alone<EngineServer> app({}, EngineServerOptions(), make);
    app.listen("127.0.0.1", 0);
    std::promise<void> end;
    std::thread other([ended = end.get_future()] { ended.wait(); });
    app.loop().post([] { ::kill(::getpid(), SIGTERM); });
    app.run();
    end.set_value();
    other.join();
}

TEST(AProgramThatIsAlone, StopsWhenAskedFromAnotherThread)
{
    Alone<EngineServer> app({}, EngineServerOptions(), make);
    std::thread other([&] { app.stop(); });
    app.run();
    other.join();
}

TEST(AProgramThatIsAlone, OutlivesWhatItsTasksThrow)
{
    Alone<EngineServer> app({}, EngineServerOptions(), make);
    int ticks = 0;
    app.every(Duration(1), [&] {
        if (++ticks == 3)
            app.stop();
        throw std::runtime_error("a tick");
    });
    app.loop().post([] { throw std::runtime_error("a task"); });
    app.run();
    EXPECT_GE(ticks, 3);
}

TEST(AProgramThatIsAlone, Answers500WhereItsHandlerThrows)
{
    Alone<EngineServer> app({}, EngineServerOptions(), make);
    app.on_request([](const HttpRequest&) -> HttpResponse { throw std::runtime_error("a request"); });
    const auto port = app.listen("127.0.0.1", 0);
    std::string answer;
    std::thread client([&] {
        const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
            constexpr std::string_view kRequest = "GET /other HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            ::send(descriptor, kRequest.data(), kRequest.size(), 0);
            std::array<char, 1'024> buffer{};
            for (ssize_t got = 1; got > 0;) {
                got = ::recv(descriptor, buffer.data(), buffer.size(), 0);
                answer.append(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
            }
        }
        ::close(descriptor);
        app.stop();
    });
    app.run();
    client.join();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 ")) << answer;
}

}  // namespace
}  // namespace wgw::sio
