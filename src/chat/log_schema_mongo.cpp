#include "chat/log_schema_mongo.hpp"

#include "chat/epoch.hpp"

#include <initializer_list>
#include <vector>

namespace wgw::chat {
namespace {

using store::Bson;
using store::BsonView;
using store::MongoClient;
using store::MongoQuery;

Bson keys(std::initializer_list<std::string_view> names)
{
    Bson made;
    for (const auto name : names)
        made.add(name, 1);
    return made;
}

}  // namespace

void create_log(MongoClient& db)
{
    for (const auto name : {kChatRooms, kChatMembers, kChatLog})
        db.create_collection(name);
    db.create_index(kChatLog, {"room_id_1_seq_1", keys({"room_id", "seq"}), true});
    db.create_index(kChatLog, {"room_id_1_user_id_1_key_1", keys({"room_id", "user_id", "key"}), true});
    db.create_index(kChatLog, {"at_1", keys({"at"})});
    db.create_index(kChatMembers, {"room_id_1_seq_1", keys({"room_id", "seq"})});
    db.create_index(kChatMembers, {"user_id_1_room_id_1", keys({"user_id", "room_id"})});
}

std::int64_t renew_epochs(MongoClient& db, Random& random)
{
    Bson numbered;
    numbered.add("$exists", true);
    MongoQuery query{.collection = kChatRooms};
    query.filter.add("epoch", numbered);
    query.projection.add("_id", true);
    std::vector<Id> rooms;
    db.find(query, [&](BsonView room) {
        rooms.push_back(room.get<Id>("_id").value());
        return true;
    });
    for (const auto& room : rooms) {
        Bson filter;
        filter.add("_id", room);
        Bson epoch;
        epoch.add("epoch", make_epoch(random));
        Bson change;
        change.add("$set", epoch);
        db.update(kChatRooms, filter, change);
    }
    return static_cast<std::int64_t>(rooms.size());
}

}  // namespace wgw::chat
