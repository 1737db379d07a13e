#include "chat/operations.hpp"

#include "bus/paging.hpp"
#include "chat/room_keys.hpp"
#include "model/token.hpp"

#include <array>

namespace wgw::chat {
namespace {

struct Parts {
    ChatApi& chat;
    user::UserCache& users;
    RoomKeys& keys;
    const Limits& limits;
};

Task<Result<bus::Answer>> create_room(Parts parts, bus::Request request, Caller caller)
{
    auto fields = read(kCreateRoomRequest, request.data, parts.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto user_id = require_user_id(caller);
    if (!user_id)
        co_return fail(user_id.error());
    const auto room = co_await parts.chat.create_room(*user_id, std::move(fields->name));
    if (!room)
        co_return fail(room.error());
    std::string out;
    write_room_created(out, *room);
    co_return bus::value(std::move(out));
}

/// The room of an earlier request with this key, or a new one.
Task<Result<bus::Answer>> create_room_once(Parts parts, bus::Request request, Caller caller)
{
    auto fields = read(kCreateRoomRequest, request.data, parts.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto user_id = require_user_id(caller);
    if (!user_id)
        co_return fail(user_id.error());
    const std::array<Input::Pair, 1> headers{
        Input::Pair{"Idempotency-Key", std::string(request.header(bus::kKeyHeader))}
    };
    auto key = read(kRoomKeyHeader, Input{.json = {}, .pairs = headers}, parts.limits);
    if (!key)
        co_return fail(key.error());
    const auto id = co_await parts.keys.room_for(*user_id, std::move(key->key), fields->name);
    if (!id)
        co_return fail(id.error());
    auto room = co_await parts.chat.create_room_as(*id, *user_id, std::move(fields->name));
    const bool is_there = !room && room.error().code == Errc::conflict;
    if (!room && !is_there)
        co_return fail(room.error());
    bus::Answer answer = bus::value({});
    if (is_there) {
        auto made = co_await parts.chat.room(*id);
        if (!made)
            co_return fail(Errc::unavailable);
        made->seq = 1;  // as when it was made
        write_room_created(answer.json, *made);
        answer.headers.push_back({std::string(bus::kDuplicateHeader), "true"});
    } else {
        write_room_created(answer.json, *room);
    }
    co_return answer;
}

Task<Result<bus::Answer>> join_room(Parts parts, bus::Request request, Caller caller)
{
    const auto fields = read(kRoomRequest, request.data, parts.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto user_id = require_user_id(caller);
    if (!user_id)
        co_return fail(user_id.error());
    const auto member = co_await parts.chat.join(fields->room_id, *user_id);
    if (!member)
        co_return fail(member.error());
    bus::Answer done;
    done.headers.push_back({std::string(bus::kSeqHeader), std::to_string(member->seq)});
    co_return done;
}

Task<Result<bus::Answer>> find_rooms(Parts parts, bus::Request request, Caller)
{
    const auto paging = bus::read_paging<RoomId>(request.data, parts.limits);
    if (!paging)
        co_return fail(paging.error());
    const Page<RoomId> page{paging->before, paging->after, paging->limit};
    const auto rooms = co_await parts.chat.rooms(page);
    std::string items;
    for (const auto& room : rooms.items) {
        items += items.empty() ? "" : ",";
        write_room_found(items, room);
    }
    const RoomId first = rooms.items.empty() ? RoomId() : rooms.items.front()._id;
    const RoomId last = rooms.items.empty() ? RoomId() : rooms.items.back()._id;
    co_return bus::list_answer(std::move(items), *paging, rooms.more, first, last);
}

Task<Result<bus::Answer>> find_room(Parts parts, bus::Request request, Caller)
{
    const auto fields = read(kRoomRequest, request.data, parts.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto room = co_await parts.chat.room(fields->room_id);
    if (!room)
        co_return bus::value("null");
    std::string out;
    write_room_found(out, *room);
    co_return bus::value(std::move(out));
}

std::string_view user_of(user::UserCache& users, const UserId& id)
{
    const auto* json = users.peek(id);
    return json != nullptr ? std::string_view(*json) : "null";
}

std::optional<Seq> seq_of(std::optional<Seq> place) { return place; }
std::optional<Seq> seq_of(const std::optional<bus::Place>& place)
{
    return place ? std::optional(place->seq) : std::nullopt;
}

/// A list that only members of the room may read, with the users in it, who are asked for in one look-up: `kList`
/// reads, `kWrite` writes an item. A place in it is a `Key`: the seq of an item, or that as a text.
template <class Key, auto kList, auto kWrite>
Task<Result<bus::Answer>> find_in_room(Parts parts, bus::Request request, Caller caller)
{
    const auto fields = read(kRoomRequest, request.data, parts.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto user_id = require_user_id(caller);
    if (!user_id)
        co_return fail(user_id.error());
    const auto paging = bus::read_paging<Key>(request.data, parts.limits);
    if (!paging)
        co_return fail(paging.error());
    const Page<Seq> page{seq_of(paging->before), seq_of(paging->after), paging->limit};
    const auto list = co_await (parts.chat.*kList)(fields->room_id, *user_id, page);
    if (!list)
        co_return fail(list.error());
    std::vector<UserId> ids;
    for (const auto& item : list->items)
        ids.push_back(item.user_id);
    co_await parts.users.load(std::move(ids), std::move(caller.origin));
    std::string items;
    for (const auto& item : list->items) {
        items += items.empty() ? "" : ",";
        kWrite(items, item, user_of(parts.users, item.user_id));
    }
    const Key first{list->items.empty() ? 0 : list->items.front().seq};
    const Key last{list->items.empty() ? 0 : list->items.back().seq};
    co_return bus::list_answer(std::move(items), *paging, list->more, first, last);
}

Task<Result<bus::Answer>> save_message(Parts parts, bus::Request request, Caller caller)
{
    auto fields = read(kSendRequest, request.data, parts.limits);
    if (!fields)
        co_return fail(fields.error());
    const auto user_id = require_user_id(caller);
    if (!user_id)
        co_return fail(user_id.error());
    // Asked first: if there is no answer, nothing has been stored.
    std::vector<UserId> author{*user_id};
    co_await parts.users.load(std::move(author), std::move(caller.origin));
    const auto id = Id::parse(request.header(bus::kIdHeader));
    Send send{std::move(fields->content), std::move(fields->client_msg_id)};
    auto submit = [&](auto done) {
        if (id)
            parts.chat.submit_as(*id, fields->room_id, *user_id, std::move(send), std::move(done));
        else
            parts.chat.submit(fields->room_id, caller, std::move(send), std::move(done));
    };
    const auto outcome = co_await callback<Result<Outcome>>(submit);
    if (!outcome)
        co_return fail(outcome.error());
    bus::Answer answer = bus::value({});
    write_message_created(answer.json, outcome->entry, user_of(parts.users, outcome->entry.user_id));
    if (outcome->duplicate)
        answer.headers.push_back({std::string(bus::kDuplicateHeader), "true"});
    co_return answer;
}

Task<Result<bus::Answer>> find_own_rooms(Parts parts, bus::Request, Caller caller)
{
    const auto user_id = require_user_id(caller);
    if (!user_id)
        co_return fail(user_id.error());
    const auto rooms = co_await parts.chat.rooms_of(std::move(caller));
    std::string out = "[";
    for (const auto& room : rooms) {
        out += out.size() > 1 ? "," : "";
        write(out, kRoomHead, room);
    }
    co_return bus::value(out += ']');
}

constexpr bus::OperationRow<Parts> kRows[] = {
    {patterns::kCreateRoom, create_room},
    {patterns::kCreateRoomOnce, create_room_once},
    {patterns::kJoin, join_room},
    {patterns::kFindRooms, find_rooms},
    {patterns::kFindRoom, find_room},
    {patterns::kFindMembers, find_in_room<bus::Place, &ChatApi::members, write_member_found>},
    {patterns::kFindMessages, find_in_room<Seq, &ChatApi::messages, write_message_found>},
    {patterns::kSaveMessage, save_message},
    {patterns::kFindOwnRooms, find_own_rooms},
};

}  // namespace

bus::Operations operations(ChatApi& chat, user::UserCache& users, RoomKeys& keys, const Limits& limits)
{
    return bus::operations_of<Parts>(kRows, {chat, users, keys, limits});
}

}  // namespace wgw::chat
