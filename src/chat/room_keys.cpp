#include "chat/room_keys.hpp"

#include "model/fields.hpp"
#include "store/documents.hpp"

namespace wgw::chat {
namespace {

constexpr std::size_t kPage = 200;
constexpr int kTries = 20;  // at a row that others claim, too

struct RoomKey {
    RoomId _id;
    std::string key;
    std::string name;
    Timestamp created_at;
    std::int64_t version = 0;
};

constexpr auto kRoomKey = fields<RoomKey>(
    field("_id", &RoomKey::_id, mongo_id, "The room."),
    field("key", &RoomKey::key, not_empty, "Who makes it, and under which key: `<user_id>/<key>`; unique."),
    field("name", &RoomKey::name, not_empty, "What the room is called."),
    field("created_at", &RoomKey::created_at, any, "When the key was first used."),
    field("__v", &RoomKey::version, any, "Always 0.")
);

}  // namespace

const store::CollectionSpec& room_keys_spec()
{
    static const store::CollectionSpec spec{"chatroomkeys", store::field_specs(kRoomKey.rows), {{"key", true}}};
    return spec;
}

Task<Result<RoomId>> RoomKeys::room_for(UserId user, std::string key, std::string name)
{
    const std::string whole = user.hex() + '/' + key;
    for (int tries = 0; tries < kTries; ++tries) {
        store::Value wanted = whole;
        auto found = co_await rows_.find("key", std::move(wanted));
        if (!found) {
            const RoomKey claim{ids_.next(), whole, name, clock_.now(), 0};
            auto document = store::to_document(kRoomKey, claim);
            if (!co_await rows_.insert(std::move(document)))
                co_return claim._id;
            continue;  // the same request was faster
        }
        const auto claim = store::from_document(kRoomKey, *std::move(found));
        if (is_over(claim.created_at)) {
            co_await rows_.remove(claim._id);
            continue;
        }
        if (claim.name != name)
            co_return fail(Failure(Errc::conflict, "This Idempotency-Key was used for another chat room."));
        co_return claim._id;
    }
    co_return fail(Errc::unavailable);
}

Task<> RoomKeys::sweep()
{
    store::Value anything = nullptr;
    const auto page = co_await rows_.list("", std::move(anything), swept_, kPage, store::Order::ascending);
    swept_ = page.size() < kPage ? Id() : page.back()._id;
    for (const auto& document : page)
        if (is_over(store::from_document(kRoomKey, document).created_at))
            co_await rows_.remove(document._id);
}

}  // namespace wgw::chat
