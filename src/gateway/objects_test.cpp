#include "chat/api.hpp"
#include "codec/json_text.hpp"
#include "gateway/object_rows.hpp"

#include <gtest/gtest.h>

namespace wgw::gateway {
namespace {

constexpr std::string_view kUser = R"({"_id":"u"})";

Id id(char digit) { return *Id::parse(std::string(24, digit)); }

constexpr Timestamp kTime{1'795'352'738'051};  // 2026-11-22T13:05:38.051Z

const chat::RoomInfo kRoom{id('a'), "\"Tea\"", kTime, "e0", 7};
const chat::MemberInfo kMember{id('b'), id('a'), id('c'), kTime, 2};
const chat::MessageInfo kMessage{id('d'), id('a'), id('c'), "a\n", kTime, 3, "key"};

chat::Entry entry(std::optional<std::string> key)
{
    chat::Entry entry;
    entry.room_id = id('a');
    entry.seq = 3;
    entry._id = id('d');
    entry.user_id = id('c');
    entry.client_msg_id = std::move(key);
    entry.at = kTime;
    entry.body = R"({"content":"a\n\u0041"})";
    return entry;
}

/// The names of an object's members, in their order.
std::string names(std::string_view json)
{
    EXPECT_EQ(json_check(json), JsonError::none) << json;
    std::string out;
    auto members = JsonValue(json).members();
    while (const auto member = members.next())
        out += (out.empty() ? "" : " ") + member->name.string();
    return out;
}

TEST(ARoom, HasItsNameInFrontWhenItWasJustMade)
{
    std::string out;
    chat::write_room_created(out, kRoom);
    EXPECT_EQ(
        out, R"({"name":"\"Tea\"","_id":"aaaaaaaaaaaaaaaaaaaaaaaa","created_at":"2026-11-22T13:05:38.051Z",)"
             R"("updated_at":"2026-11-22T13:05:38.051Z","__v":0,"epoch":"e0","seq":7})"
    );
}

TEST(ARoom, HasItsIdInFrontWhenItIsRead)
{
    std::string out;
    chat::write_room_found(out, kRoom);
    EXPECT_EQ(names(out), "_id name created_at updated_at __v epoch seq");
}

TEST(AMember, IsAnsweredWithItsUser)
{
    std::string out;
    chat::write_member_found(out, kMember, kUser);
    EXPECT_EQ(
        out, R"({"_id":"bbbbbbbbbbbbbbbbbbbbbbbb","room_id":"aaaaaaaaaaaaaaaaaaaaaaaa",)"
             R"("user_id":"cccccccccccccccccccccccc","created_at":"2026-11-22T13:05:38.051Z",)"
             R"("updated_at":"2026-11-22T13:05:38.051Z","__v":0,"user":{"_id":"u"}})"
    );
}

TEST(AMessage, HasWhatIsOursBehindTheRecordedFields)
{
    std::string out;
    chat::write_message_found(out, kMessage, "null");
    EXPECT_EQ(names(out), "_id room_id user_id content created_at updated_at __v user seq client_msg_id");
    EXPECT_NE(out.find(R"("content":"a\n")"), std::string::npos);
    EXPECT_NE(out.find(R"("user":null)"), std::string::npos);
}

TEST(AMessage, IsToldWithItsContentAsTheLogHasIt)
{
    std::string out;
    chat::write_message_created(out, entry("key"), kUser);
    EXPECT_EQ(names(out), "room_id user_id content _id created_at updated_at __v user seq client_msg_id");
    EXPECT_NE(out.find(R"("content":"a\n\u0041")"), std::string::npos) << "not written anew";
}

TEST(AMessage, WithoutAKeyHasNoSuchField)
{
    std::string told;
    chat::write_message_created(told, entry({}), kUser);
    EXPECT_EQ(names(told), "room_id user_id content _id created_at updated_at __v user seq");
    std::string ack;
    chat::write_send_ack(ack, entry({}), false);
    EXPECT_EQ(names(ack), "_id room_id seq created_at");
}

TEST(AnAck, SaysWhereTheMessageIsAndWhetherItWasThereBefore)
{
    std::string first;
    chat::write_send_ack(first, entry("key"), false);
    EXPECT_EQ(names(first), "_id room_id seq client_msg_id created_at");
    std::string again;
    chat::write_send_ack(again, entry("key"), true);
    EXPECT_EQ(again, first.substr(0, first.size() - 1) + R"(,"duplicate":true})");
}

/// The names of the rows that the documents are made of.
std::string names(const docs::Object& object)
{
    std::string out;
    for (const auto& row : object.rows)
        out += (out.empty() ? "" : " ") + std::string(row.name);
    return out;
}

TEST(AnObject, HasTheFieldsThatTheDocumentsSay)
{
    std::string room;
    chat::write_room_found(room, kRoom);
    EXPECT_EQ(names(kRoomObject), names(room));
    std::string member;
    chat::write_member_found(member, kMember, kUser);
    EXPECT_EQ(names(kMemberObject), names(member));
    std::string message;
    chat::write_message_found(message, kMessage, kUser);
    EXPECT_EQ(names(kMessageObject), names(message));
    std::string ack;
    chat::write_send_ack(ack, entry("key"), true);
    EXPECT_EQ(names(kSendAckObject), names(ack));
}

TEST(AnObject, IsAppendedToWhatIsThere)
{
    std::string out = "[";
    chat::write_room_found(out, kRoom);
    EXPECT_TRUE(out.starts_with("[{"));
}

}  // namespace
}  // namespace wgw::gateway
