#include "chat/room.hpp"

#include <sodium.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace wgw::chat {
namespace {

SendHash hash_of(const Send& send)
{
    SendHash hash;
    crypto_generichash(
        hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(send.content.data()), send.content.size(),
        nullptr, 0
    );
    return hash;
}

bool over(std::size_t size, std::int64_t limit) { return std::cmp_greater(size, limit); }

}  // namespace

Result<Decision> Room::decide(const Command& command, UserId caller, Timestamp now, Id id, const Limits& limits) const
{
    Entry draft;
    draft.room_id = id_;
    draft.seq = head_ + 1;
    draft._id = id;
    draft.user_id = caller;
    draft.at = std::max(now, last_at_);
    return std::visit([&](const auto& kind) { return rule(kind, std::move(draft), limits); }, command);
}

Result<Decision> Room::rule(const Send& send, Entry draft, const Limits& limits) const
{
    if (!exists())
        return fail(Errc::not_found);
    if (!has_member(draft.user_id))
        return fail(Errc::not_member);
    if (over(send.content.size(), limits.content_bytes))
        return fail(Errc::too_large);
    draft.type = EntryType::message_receive;
    draft.body = message_body(send.content);
    if (send.client_msg_id) {
        draft.client_msg_id = send.client_msg_id;
        draft.send_hash = hash_of(send);
    }
    return draft;
}

Result<Decision> Room::rule(const Join&, Entry draft, const Limits& limits) const
{
    if (!exists())
        return fail(Errc::not_found);
    if (const auto member = members_.find(draft.user_id); member != members_.end())
        return Already{member->second};
    if (over(members_.size() + 1, limits.members))
        return fail(Errc::forbidden, "This chat room is full.");
    draft.type = EntryType::member_update;
    draft.body = kJoinedBody;
    return draft;
}

Result<Decision> Room::rule(const Create& create, Entry draft, const Limits&) const
{
    if (exists())
        return fail(Errc::conflict);
    draft.type = EntryType::room_update;
    draft.body = room_body(create.name, create.epoch);
    return draft;
}

void Room::apply(const Entry& entry)
{
    assert(entry.room_id == id_);
    assert(entry.seq == head_ + 1);
    assert(entry.at >= last_at_);
    head_ = entry.seq;
    last_at_ = entry.at;
    if (makes_member(entry))
        members_.emplace(entry.user_id, entry.seq);
}

void Room::take_back(const Entry& entry, Timestamp before)
{
    assert(entry.seq == head_);
    --head_;
    last_at_ = before;
    if (makes_member(entry))
        members_.erase(entry.user_id);
}

}  // namespace wgw::chat
