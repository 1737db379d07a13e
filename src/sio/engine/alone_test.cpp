#include "sio/engine/alone.hpp"
#include "sio/engine/engine_server.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <future>
#include <memory>
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

}  // namespace
}  // namespace wgw::sio
