#pragma once
/// The table of socket events: names, fields, acks, codes. chat_events.cpp and room_hub.cpp take the names from here,
/// the documents everything.
///
/// Source  what the original tells and answers: tests/golden
/// Tests   documents_test.cpp; tests/e2e holds what it hears to the document

#include "docs/event.hpp"
#include "gateway/object_rows.hpp"

namespace wgw::gateway {

inline constexpr FieldRow kConnectAuthRows[] = {
    {"token",   FieldType::string, false, not_empty | optional, "An access token. Checked at once.",
     R"("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9…")"                                                                         },
    {"room_id", FieldType::id,     false, mongo_id | optional,
     "Beside a token: the socket hears of this room only. `connect_error` `not_member` if the user is not in it.", kSomeId},
};
inline constexpr docs::Object kConnectAuth{.name = "ConnectAuth", .rows = kConnectAuthRows};

inline constexpr docs::Event kMessageSend{
    .name = "chat.message.send",
    .sender = docs::Sender::client,
    .summary = "Sends a message to a room.",
    .more = "The ack comes when the message is on disk. Sends of one connection to one room are stored in the order in "
            "which they were sent. Ack and `chat.message.receive` of a message come in either order.",
    .payload = docs::one(kSendObject),
    .ack = docs::one(kSendAckObject),
    .errors =
        {Errc::validation_failed, Errc::unauthorized, Errc::token_expired, Errc::token_revoked, Errc::not_found,
                 Errc::not_member, Errc::client_msg_id_reused, Errc::too_large, Errc::rate_limited, Errc::internal,
                 Errc::unavailable, Errc::draining},
};

inline constexpr docs::Event kMessageReceive{
    .name = "chat.message.receive",
    .sender = docs::Sender::server,
    .summary = "A message was stored in a room that the socket's user is a member of.",
    .more = "The sender's own sockets hear it too. Within a room `seq` rises by one, but for joins and other changes.",
    .payload = docs::one(kMessageObject),
};

inline constexpr FieldRow kCauseRows[] = {
    {"pattern", FieldType::string, false, any,      "The event's name.",            R"("chat.message.send")"},
    {"data",    FieldType::json,   true,  left_out, "What it brought, as it came.", {}                      },
};
inline constexpr docs::Object kCauseObject{.name = "Cause", .rows = kCauseRows};
inline constexpr std::string_view kErrorWord[] = {"error"};
inline constexpr docs::Detail kExceptionDetails[] = {
    {.field = "status", .words = kErrorWord    },
    {.field = "cause",  .object = &kCauseObject},
};
inline constexpr FieldRow kExceptionRows[] = {
    {"status",  FieldType::string, false, any, "Always the same.", R"("error")"      },
    {"message", FieldType::string, false, any, "For people.",      R"("jwt expired")"},
    {"cause",   FieldType::json,   false, any, "The event.",       {}                },
};
inline constexpr docs::Object kExceptionObject{
    .name = "Exception", .rows = kExceptionRows, .details = kExceptionDetails
};
inline constexpr docs::Event kException{
    .name = "exception",
    .sender = docs::Sender::server,
    .summary = "An event was refused, because of its token.",
    .more = "Whether or not an ack was asked for; then that says it too.",
    .payload = docs::one(kExceptionObject),
};

inline constexpr docs::Event kErrorReceive{
    .name = "chat.error.receive",
    .sender = docs::Sender::server,
    .summary = "An event failed for any other reason.",
    .more = "Whether or not an ack was asked for; then that says it too.",
    .payload = docs::failure,
};

inline constexpr FieldRow kHelloLimitRows[] = {
    {"content_bytes", FieldType::integer, false, any, "Greatest size of a message's `content`, in bytes.", "16384"},
    {"unacked",       FieldType::integer, false, any,
     "Sends that a connection may have without an answer; it is not heard further until one is answered.", "64"   },
};
inline constexpr docs::Object kHelloLimitsObject{.name = "HelloLimits", .rows = kHelloLimitRows};
inline constexpr docs::Detail kHelloDetails[] = {
    {.field = "limits", .object = &kHelloLimitsObject}
};
inline constexpr FieldRow kHelloRows[] = {
    {"session_id", FieldType::string, false, any, "Of the token; empty: it names none.", R"("")"     },
    {"node",       FieldType::string, false, any, "Names the process.",                  R"("1")"    },
    {"version",    FieldType::string, false, any, "Of the server.",                      R"("0.1.0")"},
    {"limits",     FieldType::json,   false, any, "What a client has to keep to.",       {}          },
};
inline constexpr docs::Object kHelloObject{.name = "Hello", .rows = kHelloRows, .details = kHelloDetails};
inline constexpr docs::Event kHello{
    .name = "system.hello",
    .sender = docs::Sender::server,
    .summary = "The first event of a socket that passed its token in `auth`.",
    .payload = docs::one(kHelloObject),
};

inline constexpr std::string_view kNoticeKinds[] = {"signed_out"};
inline constexpr docs::Detail kNoticeDetails[] = {
    {.field = "kind", .words = kNoticeKinds}
};
inline constexpr FieldRow kNoticeRows[] = {
    {"kind",    FieldType::string, false, any, "What it is about. There may be more words in time: ignore others.",
     R"("signed_out")"                                                                                                                                                  },
    {"message", FieldType::string, false, any, "For people.",                                                       R"("This session has ended. Please sign in again.")"},
};
inline constexpr docs::Object kNoticeObject{.name = "Notice", .rows = kNoticeRows, .details = kNoticeDetails};
inline constexpr docs::Event kNotice{
    .name = "system.notice",
    .sender = docs::Sender::server,
    .summary = "Something happened to the socket itself.",
    .more = "`signed_out`: its token counts no more, and the connection ends behind this.",
    .payload = docs::one(kNoticeObject),
};

inline constexpr docs::Event kEventRows[] = {
    kMessageSend, kMessageReceive, kException, kErrorReceive, kHello, kNotice,
};
inline constexpr docs::Events kEvents{kEventRows, kConnectAuth};

}  // namespace wgw::gateway
