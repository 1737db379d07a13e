#pragma once
/// The operations of chat (chat::patterns), over ChatApi: with whole users in members and messages.
/// Tests  app/recorded_services_test.cpp

#include "bus/operation.hpp"
#include "chat/api.hpp"
#include "model/limits.hpp"
#include "user/api.hpp"

namespace wgw::chat {

class RoomKeys;

/// All outlive the operations, and those under way.
bus::Operations operations(ChatApi& chat, user::UserCache& users, RoomKeys& keys, const Limits& limits);

}  // namespace wgw::chat
