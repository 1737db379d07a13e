#include "gateway/chat_requests.hpp"
#include "gateway/objects.hpp"
#include "gateway/parameters.hpp"
#include "gateway/routes.hpp"
#include "model/token.hpp"

namespace wgw::gateway {
namespace {

/// `…?before=<seq>`: the value that asks for what stands in front of a list.
template <class Items>
void add_next(RestReply& reply, bool more, const Items& items)
{
    if (more && !items.empty())
        reply.headers.emplace_back("X-Next", std::to_string(items.front().seq));
}

Task<Result<RestReply>> create_room(Features features, RestRequest request)
{
    auto fields = read(kCreateRoomRequest, request.body, features.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto user_id = require_user_id(request.caller);
    if (!user_id)
        co_return fail(user_id.error());
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
    const auto member = co_await features.chat.join(fields->room_id, *user_id);
    if (!member)
        co_return fail(member.error());
    co_return RestReply{};
}

Task<Result<RestReply>> find_rooms(Features features, RestRequest)
{
    const auto rooms = co_await features.chat.rooms({});
    RestReply reply{"[", {}};
    for (const auto& room : rooms.items) {
        reply.data += reply.data.size() > 1 ? "," : "";
        write_room_found(reply.data, room);
    }
    reply.data += ']';
    if (rooms.more && !rooms.items.empty())
        reply.headers.emplace_back("X-Next", rooms.items.front()._id.hex());
    co_return reply;
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
Task<void> load_users(UserCache& cache, const Items& items)  // both are kept by the awaiting caller
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

Task<Result<RestReply>> find_members(Features features, RestRequest request)
{
    const auto fields = read_parameter(kRoomRequest, "room_id", request.parameters[0], features.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto user_id = require_user_id(request.caller);
    if (!user_id)
        co_return fail(user_id.error());
    const auto members = co_await features.chat.members(fields->room_id, *user_id, {});
    if (!members)
        co_return fail(members.error());
    co_await load_users(features.user_cache, members->items);
    RestReply reply{"[", {}};
    for (const auto& member : members->items) {
        reply.data += reply.data.size() > 1 ? "," : "";
        write_member_found(reply.data, member, user_of(features.user_cache, member.user_id));
    }
    reply.data += ']';
    add_next(reply, members->more, members->items);
    co_return reply;
}

Task<Result<RestReply>> find_messages(Features features, RestRequest request)
{
    const auto fields = read_parameter(kRoomRequest, "room_id", request.parameters[0], features.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto user_id = require_user_id(request.caller);
    if (!user_id)
        co_return fail(user_id.error());
    const auto messages = co_await features.chat.messages(fields->room_id, *user_id, {});
    if (!messages)
        co_return fail(messages.error());
    co_await load_users(features.user_cache, messages->items);
    RestReply reply{"[", {}};
    for (const auto& message : messages->items) {
        reply.data += reply.data.size() > 1 ? "," : "";
        write_message_found(reply.data, message, user_of(features.user_cache, message.user_id));
    }
    reply.data += ']';
    add_next(reply, messages->more, messages->items);
    co_return reply;
}

using Handler = Task<Result<RestReply>> (*)(Features, RestRequest);

Route route(std::string_view method, std::string_view path, int status, Features features, Handler handler)
{
    return {
        {method, path},
        true,
        status,
        [features, handler](RestRequest request) { return handler(features, std::move(request));         }
    };
}

}  // namespace

std::vector<Route> chat_routes(Features features)
{
    return {
        route("POST", "/api/v1/chat/rooms", 201, features, create_room),
        route("POST", "/api/v1/chat/rooms/join", 201, features, join_room),
        route("GET", "/api/v1/chat/rooms", 200, features, find_rooms),
        route("GET", "/api/v1/chat/rooms/:room_id", 200, features, find_room),
        route("GET", "/api/v1/chat/rooms/:room_id/members", 200, features, find_members),
        route("GET", "/api/v1/chat/rooms/:room_id/messages", 200, features, find_messages),
    };
}

}  // namespace wgw::gateway
