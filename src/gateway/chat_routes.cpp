#include "codec/json_text.hpp"
#include "gateway/object_rows.hpp"
#include "gateway/paging.hpp"
#include "gateway/parameters.hpp"
#include "gateway/relay.hpp"
#include "gateway/routes.hpp"
#include "model/token.hpp"

#include <array>
#include <charconv>

namespace wgw::gateway {
namespace {

// The caller hears of a room at once: also where the service that has made the member tells nobody. A service of the
// original numbers nothing: 0.

void follow_made(RoomHub& hub, std::string_view answer, UserId user)
{
    const JsonValue made(answer);
    const auto text = made.is_object() ? made.find("_id") : std::nullopt;
    const auto room = text ? Id::parse(text->string()) : std::nullopt;
    if (!room)
        return;
    const auto seq = made.find("seq");
    hub.on_member({*room, seq ? seq->integer().value_or(0) : 0}, user);
}

void follow_joined(RoomHub& hub, const bus::Answer& answer, RoomId room, UserId user)
{
    const std::string_view text = bus::header_of(answer.headers, bus::kSeqHeader);
    chat::Seq seq = 0;
    std::from_chars(text.data(), text.data() + text.size(), seq);
    hub.on_member({room, seq}, user);
}

Task<Result<RestReply>> create_room(Features features, RestRequest request)
{
    const auto fields = read(chat::kCreateRoomRequest, request.body, features.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto user_id = require_user_id(request.caller);
    if (!user_id)
        co_return fail(user_id.error());
    std::vector<bus::Header> headers;
    if (request.idempotency_key) {
        if (const auto key =
                read_parameter(chat::kRoomKeyHeader, "Idempotency-Key", *request.idempotency_key, features.limits);
            !key)
            co_return fail(key.error());
        headers.push_back({std::string(bus::kKeyHeader), *std::move(request.idempotency_key)});
    }
    if (auto refused = features.throttles.create_room(*user_id))
        co_return fail(*std::move(refused));
    const auto pattern = headers.empty() ? chat::patterns::kCreateRoom : chat::patterns::kCreateRoomOnce;
    auto room = co_await relay(
        features.services, pattern, std::move(request.body), std::move(request.caller), std::move(headers)
    );
    if (room)
        follow_made(features.hub, room->data, *user_id);
    co_return room;
}

Task<Result<RestReply>> join_room(Features features, RestRequest request)
{
    const auto fields = read(chat::kRoomRequest, request.body, features.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto user_id = require_user_id(request.caller);
    if (!user_id)
        co_return fail(user_id.error());
    if (auto refused = features.throttles.join(*user_id))
        co_return fail(*std::move(refused));
    const auto joined =
        co_await features.services.ask(chat::patterns::kJoin, std::move(request.body), std::move(request.caller));
    if (!joined)
        co_return fail(joined.error());
    follow_joined(features.hub, *joined, fields->room_id, *user_id);
    co_return RestReply{};
}

Task<Result<RestReply>> find_rooms(Features features, RestRequest request)
{
    const auto page = page_members(request.query, Places::ids);
    if (!page)
        co_return fail(page.error());
    co_return co_await relay(
        features.services, chat::patterns::kFindRooms, object_of({}, {}, *page), std::move(request.caller)
    );
}

Task<Result<RestReply>> find_room(Features features, RestRequest request)
{
    const auto fields = read_parameter(chat::kRoomRequest, "room_id", request.parameters[0], features.limits);
    if (!fields)
        co_return fail(fields.error());
    co_return co_await relay(
        features.services, chat::patterns::kFindRoom, object_of("room_id", request.parameters[0]),
        std::move(request.caller)
    );
}

template <auto kPattern, Places places>
Task<Result<RestReply>> find_in_room(Features features, RestRequest request)
{
    const auto fields = read_parameter(chat::kRoomRequest, "room_id", request.parameters[0], features.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto page = page_members(request.query, places);
    if (!page)
        co_return fail(page.error());
    co_return co_await relay(
        features.services, *kPattern, object_of("room_id", request.parameters[0], *page), std::move(request.caller)
    );
}

/// The same operation as `chat.message.send`, with the same key and the same answer.
Task<Result<RestReply>> send_message(Features features, RestRequest request)
{
    const std::array<Input::Pair, 1> path{
        Input::Pair{"room_id", request.parameters[0]}
    };
    auto fields = read(chat::kSendRequest, Input{.json = JsonValue(request.body), .pairs = path}, features.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto user_id = require_user_id(request.caller);
    if (!user_id)
        co_return fail(user_id.error());
    if (auto refused = features.throttles.send(*user_id, fields->room_id))
        co_return fail(*std::move(refused));
    chat::Send send{std::move(fields->content), std::move(fields->client_msg_id)};
    auto submit = [&](auto done) {
        features.chat.submit(
            fields->room_id, request.caller, std::move(send),
            [done](Result<chat::Outcome> outcome) mutable { done(std::move(outcome)); }
        );
    };
    const auto outcome = co_await callback<Result<chat::Outcome>>(submit);
    if (!outcome) {
        features.throttles.not_sent(fields->room_id);
        co_return fail(outcome.error());
    }
    RestReply reply;
    chat::write_send_ack(reply.data, outcome->entry, outcome->duplicate);
    co_return reply;
}

constexpr docs::Object kCreateRoomBody{.name = "ChatCreateRoomDto", .rows = chat::kCreateRoomRequest.rows};
constexpr docs::Object kJoinRoomBody{.name = "ChatJoinRoomDto", .rows = chat::kRoomRequest.rows};

constexpr RouteRow kRoutes[] = {
    {{"POST", "/api/v1/chat/rooms"},
     true, 201,
     create_room, {.id = "ChatController_createRoom",
      .summary = "Makes a room; whoever asks is its first member.",
      .more = "A request without an answer may be repeated with the same Idempotency-Key.",
      .headers = chat::kRoomKeyHeader.rows,
      .body = &kCreateRoomBody,
      .reply = docs::one(kRoomObject),
      .errors =
          {{Errc::forbidden, 403, "You are in as many chat rooms as one user may be in."},
           {Errc::conflict, 409, "This Idempotency-Key was used for another chat room."}},
      .recorded = true}},
    {{"POST", "/api/v1/chat/rooms/join"},
     true, 201,
     join_room, {.id = "ChatController_joinRoom",
      .summary = "Makes whoever asks a member of a room.",
      .more = "Joining twice is one membership, and no failure.",
      .body = &kJoinRoomBody,
      .errors =
          {Errc::not_found,
           {Errc::forbidden, 403, "This chat room is full. Or: You are in as many chat rooms as one user may be in."}},
      .recorded = true}},
    {{"GET", "/api/v1/chat/rooms"},
     true, 200,
     find_rooms, {.id = "ChatController_findAllRooms",
      .summary = "All rooms, oldest first.",
      .query = kPagingById,
      .reply = docs::list_of(kRoomObject, FieldType::id),
      .recorded = true}},
    {{"GET", "/api/v1/chat/rooms/:room_id"},
     true, 200,
     find_room, {.id = "ChatController_findRoomById",
      .summary = "A room, or `null`.",
      .path = chat::kRoomRequest.rows,
      .reply = docs::one_or_null(kRoomObject),
      .recorded = true}},
    {{"GET", "/api/v1/chat/rooms/:room_id/members"},
     true, 200,
     find_in_room<&chat::patterns::kFindMembers, Places::texts>,
     {.id = "ChatController_findAllMembersByRoomId",
      .summary = "The members of a room, in the order of joining.",
      .path = chat::kRoomRequest.rows,
      .query = kPagingByPlace,
      .reply = docs::list_of(kMemberObject, FieldType::string),
      .errors = {Errc::not_found, Errc::not_member},
      .recorded = true}},
    {{"GET", "/api/v1/chat/rooms/:room_id/messages"},
     true, 200,
     find_in_room<&chat::patterns::kFindMessages, Places::seqs>,
     {.id = "ChatController_findAllMessagesByRoomId",
      .summary = "The messages of a room, oldest first.",
      .path = chat::kRoomRequest.rows,
      .query = kPagingBySeq,
      .reply = docs::list_of(kMessageObject, FieldType::integer),
      .errors = {Errc::not_found, Errc::not_member},
      .recorded = true}},
    {{"POST", "/api/v1/chat/rooms/:room_id/messages"},
     true, 201,
     send_message, {.id = "ChatController_sendMessage",
      .summary = "Sends a message to a room.",
      .more = "The same as the event `chat.message.send`: it is on disk when this is answered, and members hear of it "
              "live.",
      .path = chat::kSendRequest.rows,
      .body = &kSendObject,
      .reply = docs::one(kSendAckObject),
      .errors = {Errc::not_found, Errc::not_member, Errc::client_msg_id_reused, Errc::too_large}}},
};

}  // namespace

std::span<const RouteRow> chat_routes() { return kRoutes; }

}  // namespace wgw::gateway
