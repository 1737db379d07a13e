#pragma once
/// For cluster tests: a database as the original leaves it: a room of two members, of whom one has joined twice, and one of nobody.

#include "chat/log_schema_mongo.hpp"
#include "chat/log_store_mongo.hpp"
#include "chat/numbering.hpp"
#include "store/test_mongo.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

namespace wgw::chat {

using store::Bson;

inline Id id_of(int number)
{
    Id id;
    id.bytes[11] = static_cast<std::uint8_t>(number);
    return id;
}

inline const RoomId kRoom = id_of(10);
inline const RoomId kEmpty = id_of(90);
inline const UserId kGrace = id_of(1);
inline const UserId kAda = id_of(2);

class ADatabaseOfTheOriginal : public testing::Test {
protected:
    ADatabaseOfTheOriginal()
    {
        room(kRoom, "tea");
        member(11, kGrace);
        message(12, kGrace, "a");
        message(13, kAda, "b");
        member(14, kAda);
        message(15, kAda, "\"c\"\n");
        member(16, kAda);
        message(17, kGrace, "d", 1);
        room(kEmpty, "empty");
        create_log(*mongo_.client);
    }

    void insert(std::string_view collection, Bson document, std::int64_t at)
    {
        document.add("created_at", Timestamp{at}).add("updated_at", Timestamp{at}).add("__v", 0);
        ASSERT_EQ(mongo_.client->insert(collection, {&document, 1}).count, 1U);
    }
    void room(RoomId id, std::string_view name)
    {
        Bson document;
        document.add("_id", id).add("name", name);
        insert("chatrooms", std::move(document), 1'000);
    }
    void member(int id, UserId user)
    {
        Bson document;
        document.add("_id", id_of(id)).add("room_id", kRoom).add("user_id", user);
        insert("chatmembers", std::move(document), 1'000 + id);
    }
    void message(int id, UserId user, std::string_view content, std::int64_t at = 0)
    {
        Bson document;
        document.add("_id", id_of(id)).add("room_id", kRoom).add("user_id", user).add("content", content);
        insert("chatmessages", std::move(document), at == 0 ? 1'000 + id : at);
    }

    /// The last byte of each _id in the order of the log.
    std::vector<int> ids()
    {
        std::vector<int> found;
        for (const auto& entry : log_->behind(kRoom, 0, 99)) {
            EXPECT_EQ(entry.seq, static_cast<Seq>(found.size() + 1));
            found.push_back(entry._id.bytes[11]);
        }
        return found;
    }

    std::size_t number() { return number_rooms(*mongo_.client, random_, {}); }

    store::TestMongo mongo_;
    SeededRandom random_{1};
    std::unique_ptr<LogStore> log_ = make_mongo_log(*mongo_.client);
};

}  // namespace wgw::chat
