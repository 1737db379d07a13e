#pragma once
/// What clients see, field by field, for the documents: objects that the features write, and those of events.
///
/// The writers are by hand, because messages are written once for all who receive them; objects_test.cpp holds each
/// writer to its rows.

#include "auth/api.hpp"
#include "chat/api.hpp"
#include "docs/operation.hpp"
#include "model/token.hpp"
#include "user/api.hpp"

namespace wgw::gateway {

// Rows that several objects have.
inline constexpr std::string_view kSomeId = R"("5f0c1d2e3f4a5b6c7d8e9f01")";
inline constexpr std::string_view kSomeTime = R"("2026-11-22T13:05:38.051Z")";
inline constexpr FieldRow kIdRow{"_id", FieldType::id, false, any, "Its id.", R"("5f0c1d2e3f4a5b6c7d8e9f02")"};
inline constexpr FieldRow kRoomIdRow{"room_id", FieldType::id, false, any, "The room it is in.", kSomeId};
inline constexpr FieldRow kUserIdRow{"user_id", FieldType::id,  false,
                                     any,       "Whose it is.", R"("5f0c1d2e3f4a5b6c7d8e9f00")"};
inline constexpr FieldRow kCreatedRow{"created_at", FieldType::time, false, any, "When it was made.", kSomeTime};
inline constexpr FieldRow kUpdatedRow{"updated_at", FieldType::time, false, any, "When it was last changed.",
                                      kSomeTime};
inline constexpr FieldRow kVersionRow{"__v", FieldType::integer, false, any, "Always 0.", "0"};
inline constexpr FieldRow kUserRow{"user", FieldType::json, true, any, "That user; null: there is none.", {}};
inline constexpr FieldRow kKeyRow{"client_msg_id", FieldType::string, false,
                                  left_out,        "As it was sent.", R"("my-key-1")"};
inline constexpr FieldRow kSeqRow{
    "seq", FieldType::integer, false, any, "Its place in the room: 1, 2, 3 without holes. It never changes.", "7"
};

inline constexpr docs::Object kTokenPairObject{.name = "TokenPair", .rows = kTokenPair.rows};
inline constexpr docs::Object kUserObject{.name = "User", .rows = user::kUser.rows};
inline constexpr docs::Detail kUserInside[] = {
    {.field = "user", .object = &kUserObject}
};

inline constexpr FieldRow kRoomRows[] = {
    {"_id",   FieldType::id,      false, any, "Its id.",                                                          kSomeId         },
    {"name",  FieldType::string,  false, any, "What people call it. Names are not unique.",                       R"("the lobby")"},
    kCreatedRow,
    kUpdatedRow,
    kVersionRow,
    {"epoch", FieldType::string,  false, any, "Names the room's history; changes only when a store is restored.",
     R"("0123456789abcdef0123456789abcdef")"                                                                                      },
    {"seq",   FieldType::integer, false, any, "Its head: the `seq` of its newest change.",                        "7"             },
};
inline constexpr docs::Object kRoomObject{.name = "Room", .rows = kRoomRows};

inline constexpr FieldRow kMemberRows[] = {
    kIdRow, kRoomIdRow, kUserIdRow, kCreatedRow, kUpdatedRow, kVersionRow, kUserRow,
};
inline constexpr docs::Object kMemberObject{.name = "Member", .rows = kMemberRows, .details = kUserInside};

inline constexpr FieldRow kMessageRows[] = {
    kIdRow,      kRoomIdRow,  kUserIdRow,  {"content", FieldType::string, false, any, "The text.", R"("hello")"},
    kCreatedRow, kUpdatedRow, kVersionRow, kUserRow,
    kSeqRow,     kKeyRow,
};
inline constexpr docs::Object kMessageObject{.name = "Message", .rows = kMessageRows, .details = kUserInside};

inline constexpr FieldRow kSendAckRows[] = {
    kIdRow,
    kRoomIdRow,
    kSeqRow,
    kKeyRow,
    kCreatedRow,
    {"duplicate", FieldType::boolean, false, left_out, "It had been stored before, by a send with the same key.", "true"
    },
};
inline constexpr docs::Object kSendAckObject{.name = "SendAck", .rows = kSendAckRows};

inline constexpr docs::Object kSendObject{.name = "ChatSendMessageDto", .rows = chat::kSendRequest.rows};

}  // namespace wgw::gateway
