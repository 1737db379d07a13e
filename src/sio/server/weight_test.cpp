// What an idle connection weighs. The bench measures all of it (T7: 1,024 bytes); these are its larger parts, so that a
// member more is a decision.

#include "net/websocket_connection.hpp"
#include "sio/engine/channel.hpp"
#include "sio/server/client.hpp"

#include <gtest/gtest.h>

namespace wgw::sio {
namespace {

TEST(AnIdleConnection, IsLight)
{
    EXPECT_LE(sizeof(net::WebSocketConnection), 168U);
    EXPECT_LE(sizeof(Channel), 48U);
    EXPECT_LE(sizeof(Client), 304U);
    EXPECT_LE(sizeof(Socket), 128U);
}

}  // namespace
}  // namespace wgw::sio
