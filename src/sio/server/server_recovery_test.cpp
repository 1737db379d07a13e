// Connection-state recovery: what a client that comes back is told, and in which order.

#include "sio/server/test_server.hpp"

#include <gmock/gmock.h>

#include <any>
#include <chrono>
#include <string>
#include <vector>

namespace wgw::sio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class AServerWithRecovery : public testing::Test {
protected:
    explicit AServerWithRecovery(RecoveryOptions options = {}) : server_(loop_, random_, {.recovery = options})
    {
        server_.attach(wire_);
        root_.on_connection([this](Socket& socket) {
            recovered_.push_back(socket.is_recovered());
            if (!socket.is_recovered()) {
                socket.join("room");
                socket.data = std::string("remembered");
            }
        });
    }
    ~AServerWithRecovery() override { wire_.hang_up(); }

    /// What `text` says behind `key`, up to the next quote.
    static std::string member(const std::string& text, const std::string& key)
    {
        const auto at = text.find(key) + key.size();
        return text.substr(at, text.find('"', at) - at);
    }

    TestClient& connect(const std::string& auth = "")
    {
        auto& client = wire_.open("/socket.io/?EIO=4&transport=websocket");
        client.received();
        client.send("40" + auth);
        wire_.turn();
        return client;
    }

    /// Joins, hears one event and loses its connection.
    void lose_one(CloseReason how = CloseReason::transport_error)
    {
        auto& client = connect();
        const auto hello = client.received().at(0);
        sid_ = member(hello, R"("sid":")");
        pid_ = member(hello, R"("pid":")");
        root_.emit("first");
        wire_.turn();
        offset_ = member(client.received().at(0), R"(["first",")");
        if (how == CloseReason::client_namespace_disconnect)
            client.send("41");
        else
            client.drop();
        wire_.turn();
    }
    std::string lost() const { return R"({"pid":")" + pid_ + R"(","offset":")" + offset_ + R"("})"; }

    void advance(Duration span)
    {
        clock_.advance(span);
        loop_.timers().run(clock_.monotonic());
        wire_.turn();
    }

    ManualClock clock_;
    SeededRandom random_{1};
    net::Loop loop_{clock_};
    Server server_;
    Namespace& root_ = server_.of("/");
    TestWire wire_{loop_, [this](HttpRequest request, net::Exchange exchange) {
                       server_.on_request(std::move(request), exchange);
                   }};
    std::vector<bool> recovered_;
    std::string sid_;
    std::string pid_;
    std::string offset_;
};

TEST_F(AServerWithRecovery, TellsWhatWasMissedBeforeItAccepts)
{
    lose_one();
    root_.to("room").emit("in the room", 1);
    root_.to("elsewhere").emit("not for it");
    root_.except("room").emit("not for it");
    root_.everybody().as_volatile().emit("not kept");
    root_.to(sid_).emit("for it alone");
    auto& client = connect(lost());
    EXPECT_THAT(
        client.received(), ElementsAre(
                               StartsWith(R"(42["in the room",1,")"), StartsWith(R"(42["for it alone",")"),
                               R"(40{"sid":")" + sid_ + R"(","pid":")" + pid_ + R"("})"
                           )
    );
    EXPECT_THAT(recovered_, ElementsAre(false, true));
    Socket* const socket = root_.find(sid_);
    ASSERT_NE(socket, nullptr);
    EXPECT_TRUE(socket->is_in("room"));
    EXPECT_EQ(std::any_cast<std::string>(socket->data), "remembered");
}

TEST_F(AServerWithRecovery, IsFoundByTheRefThatWasKeptOfIt)
{
    connect();
    const SocketRef ref = root_.everybody().sockets().front()->ref();
    const auto hello = wire_.clients.front().received().at(0);
    root_.emit("first");
    wire_.turn();
    pid_ = member(hello, R"("pid":")");
    offset_ = member(wire_.clients.front().received().at(0), R"(["first",")");
    wire_.clients.front().drop();
    wire_.turn();
    EXPECT_FALSE(ref);
    connect(lost());
    EXPECT_TRUE(ref);
}

TEST_F(AServerWithRecovery, MeetsWhoHasMissedMoreThanHalfOfWhatMayWaitAsSomebodyNew)
{
    lose_one();
    for (int i = 0; i < 512; ++i)
        root_.emit("missed");
    auto& client = connect(lost());
    EXPECT_EQ(client.received().size(), 512U + 1U);
    client.drop();
    wire_.turn();
    root_.emit("and one more");
    const auto heard = connect(lost()).received();
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_THAT(heard[0], testing::Not(HasSubstr(sid_)));
}

TEST_F(AServerWithRecovery, MeetsWhoHasMissedTooManyBytesAsSomebodyNew)
{
    lose_one();
    root_.emit("missed", std::string(std::size_t{512} << 10, 'x'));
    EXPECT_THAT(connect(lost()).received(), ElementsAre(testing::Not(HasSubstr(sid_))));
}

TEST_F(AServerWithRecovery, MeetsWhoIsUnknownAsSomebodyNew)
{
    lose_one();
    const auto good = lost();
    for (const std::string& auth :
         {std::string("{}"), R"({"pid":")" + pid_ + R"("})", R"({"pid":"x","offset":")" + offset_ + R"("})",
          R"({"pid":7,"offset":")" + offset_ + R"("})"}) {
        const auto heard = connect(auth).received();
        ASSERT_EQ(heard.size(), 1U);
        EXPECT_THAT(heard[0], testing::Not(HasSubstr(sid_)));
    }
    EXPECT_THAT(connect(good).received().back(), HasSubstr(sid_)) << "none of them has used it up";
    EXPECT_THAT(connect(good).received().back(), testing::Not(HasSubstr(sid_))) << "once";
}

TEST_F(AServerWithRecovery, MeetsAnUnknownOffsetAsSomebodyNew)
{
    lose_one();
    root_.emit("missed");
    offset_ = "of another server";
    EXPECT_THAT(connect(lost()).received(), ElementsAre(testing::Not(HasSubstr(sid_))));
}

TEST_F(AServerWithRecovery, ForgetsWhoStaysAwayTooLong)
{
    lose_one();
    advance(120'001ms);
    EXPECT_THAT(connect(lost()).received(), ElementsAre(testing::Not(HasSubstr(sid_))));
}

TEST_F(AServerWithRecovery, ForgetsWhoHasLeft)
{
    lose_one(CloseReason::client_namespace_disconnect);
    EXPECT_THAT(connect(lost()).received(), ElementsAre(testing::Not(HasSubstr(sid_))));
}

TEST_F(AServerWithRecovery, AsksNoMiddlewareForWhoComesBack)
{
    int asked = 0;
    root_.use([&](Socket&, Next next) {
        ++asked;
        next({});
    });
    lose_one();
    connect(lost());
    EXPECT_EQ(asked, 1);
    EXPECT_THAT(recovered_, ElementsAre(false, true));
}

class AServerThatAsksWhoComesBack : public AServerWithRecovery {
protected:
    AServerThatAsksWhoComesBack() : AServerWithRecovery({.skip_middlewares = false}) {}
};

TEST_F(AServerThatAsksWhoComesBack, TellsARefusedOneNothingOfWhatItMissed)
{
    lose_one();
    root_.use([](Socket&, Next next) { next(ConnectError{"revoked"}); });
    root_.to("room").emit("secret");
    auto& client = connect(lost());
    root_.to("room").emit("secret");
    wire_.turn();
    EXPECT_THAT(client.received(), ElementsAre(R"(44{"message":"revoked"})"));
    EXPECT_FALSE(root_.has_room("room"));
}

TEST_F(AServerThatAsksWhoComesBack, TellsWhatAMiddlewareEmitsOnceAndBehindWhatWasMissed)
{
    root_.use([](Socket& socket, Next next) {
        if (socket.is_recovered())
            socket.emit("from a middleware");
        next({});
    });
    lose_one();
    root_.to("room").emit("missed");
    EXPECT_THAT(
        connect(lost()).received(), ElementsAre(
                                        StartsWith(R"(42["missed",)"), StartsWith(R"(42["from a middleware",)"),
                                        R"(40{"sid":")" + sid_ + R"(","pid":")" + pid_ + R"("})"
                                    )
    );
}

TEST_F(AServerThatAsksWhoComesBack, TellsAnAcceptedOneWhatCameMeanwhileOnce)
{
    lose_one();
    Next accept;
    root_.use([&](Socket&, Next next) { accept = std::move(next); });
    root_.to("room").emit("missed");
    auto& client = connect(lost());
    root_.to("room").emit("while asked");
    wire_.turn();
    accept({});
    wire_.turn();
    EXPECT_THAT(
        client.received(), ElementsAre(
                               StartsWith(R"(42["missed",)"), StartsWith(R"(42["while asked",)"),
                               R"(40{"sid":")" + sid_ + R"(","pid":")" + pid_ + R"("})"
                           )
    );
}

}  // namespace
}  // namespace wgw::sio
