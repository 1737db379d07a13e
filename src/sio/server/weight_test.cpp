// What an idle connection weighs. The bench measures all of it (T7: 1,024 bytes); these are its larger parts, so that a
// member more is a decision.

#include "net/websocket_connection.hpp"
#include "sio/server/channel.hpp"
#include "sio/server/session.hpp"

#include <gtest/gtest.h>

namespace wgw::sio {
namespace {

TEST(AnIdleConnection, IsLight)
{
    EXPECT_LE(sizeof(net::WebSocketConnection), 168U);
    EXPECT_LE(sizeof(Channel), 48U);
    EXPECT_LE(sizeof(Session), 288U);
    EXPECT_LE(sizeof(Socket), 104U);
}

}  // namespace
}  // namespace wgw::sio
