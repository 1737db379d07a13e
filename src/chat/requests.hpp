#pragma once
/// What is asked of chat, over REST, over sockets and between services, with the rules of each field.
/// Tests  requests_test.cpp

#include "model/fields.hpp"
#include "model/id.hpp"

#include <optional>
#include <string>

namespace wgw::chat {

struct CreateRoomRequest {
    std::string name;
};
inline constexpr auto kCreateRoomRequest = fields<CreateRoomRequest>(field(
    "name", &CreateRoomRequest::name, not_empty | max_length(&Limits::name_max), "What people call the room.",
    R"("the lobby")"
));

/// Of the header `Idempotency-Key`, beside a CreateRoomRequest.
struct RoomKeyHeader {
    std::string key;
};
inline constexpr auto kRoomKeyHeader = fields<RoomKeyHeader>(field(
    "Idempotency-Key", &RoomKeyHeader::key, key(1, 64),
    "Chosen by the client; for 24 hours a repeated request with it makes no second room.", R"("my-key-1")"
));

struct RoomRequest {
    RoomId room_id;
};
inline constexpr auto kRoomRequest = fields<RoomRequest>(
    field("room_id", &RoomRequest::room_id, mongo_id, "The room that is meant.", R"("5f0c1d2e3f4a5b6c7d8e9f01")")
);

struct SendRequest {
    RoomId room_id;
    std::string content;
    std::optional<std::string> client_msg_id;
};
inline constexpr auto kSendRequest = fields<SendRequest>(
    field("room_id", &SendRequest::room_id, mongo_id, "The room to send to.", R"("5f0c1d2e3f4a5b6c7d8e9f01")"),
    field(
        "content", &SendRequest::content, not_empty,
        "The text of the message. Over its size the answer is `too_large`.", R"("hello")"
    ),
    field(
        "client_msg_id", &SendRequest::client_msg_id, key(1, 64),
        "Chosen by the client; makes a repeated send harmless.", R"("my-key-1")"
    )
);

}  // namespace wgw::chat
