#include "gateway/chat_requests.hpp"
#include "gateway/object_rows.hpp"
#include "gateway/objects.hpp"
#include "gateway/paging.hpp"
#include "gateway/parameters.hpp"
#include "gateway/routes.hpp"
#include "model/token.hpp"

#include <array>

namespace wgw::gateway {
namespace {

Task<Result<RestReply>> create_room(Features features, RestRequest request)
{
    auto fields = read(kCreateRoomRequest, request.body, features.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto user_id = require_user_id(request.caller);
    if (!user_id)
        co_return fail(user_id.error());
    if (auto refused = features.throttles.create_room(*user_id))
        co_return fail(*std::move(refused));
    const auto room = co_await features.chat.create_room(*user_id, std::move(fields->name));
    if (!room)
        co_return fail(room.error());
    RestReply reply;
    write_room_created(reply.data, *room);
    co_return reply;
}

Task<Result<RestReply>> join_room(Features features, RestRequest request)
{
    const auto fields = read(kRoomRequest, request.body, features.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto user_id = require_user_id(request.caller);
    if (!user_id)
        co_return fail(user_id.error());
    if (auto refused = features.throttles.join(*user_id))
        co_return fail(*std::move(refused));
    const auto member = co_await features.chat.join(fields->room_id, *user_id);
    if (!member)
        co_return fail(member.error());
    co_return RestReply{};
}

Task<Result<RestReply>> find_rooms(Features features, RestRequest request)
{
    const auto paging = read_paging<RoomId>(request.query, features.limits);
    if (!paging)
        co_return fail(paging.error());
    const auto rooms = co_await features.chat.rooms(paging->page);
    std::string items;
    for (const auto& room : rooms.items) {
        items += items.empty() ? "" : ",";
        write_room_found(items, room);
    }
    const RoomId first = rooms.items.empty() ? RoomId() : rooms.items.front()._id;
    const RoomId last = rooms.items.empty() ? RoomId() : rooms.items.back()._id;
    co_return list_reply(std::move(items), *paging, rooms.more, first, last);
}

Task<Result<RestReply>> find_room(Features features, RestRequest request)
{
    const auto fields = read_parameter(kRoomRequest, "room_id", request.parameters[0], features.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto room = co_await features.chat.room(fields->room_id);
    RestReply reply;
    if (room)
        write_room_found(reply.data, *room);
    else
        reply.data = "null";
    co_return reply;
}

/// The users of a list, in one look-up.
template <class Items>
// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the caller keeps both
Task<void> load_users(UserCache& cache, const Items& items)
{
    std::vector<UserId> ids;
    for (const auto& item : items)
        ids.push_back(item.user_id);
    co_await cache.load(std::move(ids));
}

std::string_view user_of(UserCache& cache, const UserId& id)
{
    const auto* json = cache.peek(id);
    return json != nullptr ? std::string_view(*json) : "null";
}

/// A list that only members of the room may read, with the users in it: `kList` reads, `kWrite` writes an item.
template <auto kList, auto kWrite>
Task<Result<RestReply>> find_in_room(Features features, RestRequest request)
{
    const auto fields = read_parameter(kRoomRequest, "room_id", request.parameters[0], features.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto user_id = require_user_id(request.caller);
    if (!user_id)
        co_return fail(user_id.error());
    const auto paging = read_paging<chat::Seq>(request.query, features.limits);
    if (!paging)
        co_return fail(paging.error());
    const auto list = co_await (features.chat.*kList)(fields->room_id, *user_id, paging->page);
    if (!list)
        co_return fail(list.error());
    co_await load_users(features.user_cache, list->items);
    std::string items;
    for (const auto& item : list->items) {
        items += items.empty() ? "" : ",";
        kWrite(items, item, user_of(features.user_cache, item.user_id));
    }
    const chat::Seq first = list->items.empty() ? 0 : list->items.front().seq;
    const chat::Seq last = list->items.empty() ? 0 : list->items.back().seq;
    co_return list_reply(std::move(items), *paging, list->more, first, last);
}

/// The same operation as `chat.message.send`, with the same key and the same answer.
Task<Result<RestReply>> send_message(Features features, RestRequest request)
{
    const std::array<Input::Pair, 1> path{
        Input::Pair{"room_id", request.parameters[0]}
    };
    auto fields = read(kSendRequest, Input{.json = JsonValue(request.body), .pairs = path}, features.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto user_id = require_user_id(request.caller);
    if (!user_id)
        co_return fail(user_id.error());
    if (auto refused = features.throttles.send(*user_id, fields->room_id))
        co_return fail(*std::move(refused));
    chat::Send send{std::move(fields->content), std::move(fields->client_msg_id)};
    auto submit = [&](auto done) {
        features.chat.submit(fields->room_id, *user_id, std::move(send), [done](Result<chat::Outcome> outcome) mutable {
            done(std::move(outcome));
        });
    };
    const auto outcome = co_await callback<Result<chat::Outcome>>(submit);
    if (!outcome) {
        features.throttles.not_sent(fields->room_id);
        co_return fail(outcome.error());
    }
    RestReply reply;
    write_send_ack(reply.data, outcome->entry, outcome->duplicate);
    co_return reply;
}

constexpr docs::Object kCreateRoomBody{.name = "ChatCreateRoomDto", .rows = kCreateRoomRequest.rows};
constexpr docs::Object kJoinRoomBody{.name = "ChatJoinRoomDto", .rows = kRoomRequest.rows};

constexpr RouteRow kRoutes[] = {
    {{"POST", "/api/v1/chat/rooms"},
     true, 201,
     create_room, {.id = "ChatController_createRoom",
      .summary = "Makes a room; whoever asks is its first member.",
      .body = &kCreateRoomBody,
      .reply = docs::one(kRoomObject),
      .errors = {{Errc::forbidden, 403, "You are in as many chat rooms as one user may be in."}},
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
      .path = kRoomRequest.rows,
      .reply = docs::one_or_null(kRoomObject),
      .recorded = true}},
    {{"GET", "/api/v1/chat/rooms/:room_id/members"},
     true, 200,
     find_in_room<&chat::ChatApi::members, write_member_found>,
     {.id = "ChatController_findAllMembersByRoomId",
      .summary = "The members of a room, in the order of joining.",
      .path = kRoomRequest.rows,
      .query = kPagingBySeq,
      .reply = docs::list_of(kMemberObject, FieldType::integer),
      .errors = {Errc::not_found, Errc::not_member},
      .recorded = true}},
    {{"GET", "/api/v1/chat/rooms/:room_id/messages"},
     true, 200,
     find_in_room<&chat::ChatApi::messages, write_message_found>,
     {.id = "ChatController_findAllMessagesByRoomId",
      .summary = "The messages of a room, oldest first.",
      .path = kRoomRequest.rows,
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
      .path = kSendRequest.rows,
      .body = &kSendObject,
      .reply = docs::one(kSendAckObject),
      .errors = {Errc::not_found, Errc::not_member, Errc::client_msg_id_reused, Errc::too_large}}},
};

}  // namespace

std::span<const RouteRow> chat_routes() { return kRoutes; }

}  // namespace wgw::gateway
