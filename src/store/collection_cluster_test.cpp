#include "store/collection_mongo.hpp"
#include "store/test_collection_contract.hpp"
#include "store/test_mongo.hpp"

#include <gmock/gmock.h>

namespace wgw::store {
namespace {

using testing::ElementsAre;

class MongoStore final : public Store {
public:
    MongoStore()
    {
        create_collection(*mongo_.client, kContractSpec);
        create_collection(*mongo_.client, kContractSpec);  // as at the second start
    }
    Collection& collection() override { return *collection_; }
    TestLoop& loop() override { return mongo_.loop; }
    void end_of_turn() override { mongo_.threads.flush(); }

private:
    TestMongo mongo_;
    std::unique_ptr<Collection> collection_ = make_mongo_collection(mongo_.threads, kContractSpec);
};

const StoreUnderTest kStores[] = {
    {"mongo", [] -> std::unique_ptr<Store> { return std::make_unique<MongoStore>(); }},
};

INSTANTIATE_TEST_SUITE_P(Stores, ACollection, testing::ValuesIn(kStores), name_of_store);

const CollectionSpec kUsers{
    .name = "users",
    .fields =
        {{"first_name", FieldType::string},
                 {"last_name", FieldType::string, true},
                 {"username", FieldType::string},
                 {"created_at", FieldType::time},
                 {"__v", FieldType::integer},
                 {"seen_at", FieldType::time, true}},
    .indexes = {{"username", true}},
};

Id id_of(int number)
{
    Id id;
    id.bytes[11] = static_cast<std::uint8_t>(number);
    return id;
}

/// The collection `users` as the original has it, and a field of ours behind.
class UsersInMongo : public testing::Test {
protected:
    UsersInMongo() { create_collection(*mongo_.client, kUsers); }

    static Document grace()
    {
        return {
            id_of(1), {std::string("Grace"), nullptr, std::string("grace"), Timestamp{5}, std::int64_t{0}, nullptr}
        };
    }

    std::vector<std::string> stored_fields(Id id)
    {
        std::vector<std::string> names;
        MongoQuery query{.collection = "users", .filter = {}};
        query.filter.add("_id", id);
        mongo_.client->find(query, [&](BsonView document) {
            document.for_each([&](std::string_view name, const BsonView::Value&) { names.emplace_back(name); });
            return true;
        });
        return names;
    }

    /// As the original writes it, with a field that we do not know.
    void insert_as_the_original()
    {
        Bson user;
        user.add("_id", id_of(1)).add("first_name", "Grace").add("last_name", nullptr).add("username", "grace");
        user.add("created_at", Timestamp{5}).add("__v", 0).add("extra", 7);
        ASSERT_EQ(mongo_.client->insert("users", {&user, 1}).count, 1U);
    }

    TestMongo mongo_;
    std::unique_ptr<Collection> users_ = make_mongo_collection(mongo_.threads, kUsers);
};

TEST_F(UsersInMongo, HaveTheOrderAndTheTypesOfTheOriginal)
{
    ASSERT_EQ(mongo_.await(users_->insert(grace())), std::nullopt);
    EXPECT_THAT(
        stored_fields(id_of(1)),
        ElementsAre("_id", "first_name", "last_name", "username", "created_at", "__v", "seen_at")
    );
    MongoQuery query{.collection = "users", .filter = {}};
    query.filter.add("__v", Bson().add("$type", "int"));
    query.filter.add("created_at", Bson().add("$type", "date"));
    query.filter.add("last_name", Bson().add("$type", "null"));
    EXPECT_TRUE(mongo_.client->exists(std::move(query)));
}

TEST_F(UsersInMongo, AreReadAlsoWithoutTheFieldsThatTheOriginalDoesNotWrite)
{
    insert_as_the_original();
    EXPECT_EQ(mongo_.await(users_->get(id_of(1))), grace());
    EXPECT_EQ(mongo_.await(users_->find("username", std::string("grace"))), grace());
}

TEST_F(UsersInMongo, KeepFieldsThatWeDoNotKnowWhenTheyAreReplaced)
{
    insert_as_the_original();
    auto next = grace();
    next.values[5] = Timestamp{6};
    EXPECT_TRUE(mongo_.await(users_->replace(grace(), next)));
    EXPECT_FALSE(mongo_.await(users_->replace(grace(), next))) << "it has been changed since";
    EXPECT_EQ(mongo_.await(users_->get(id_of(1))), next);
    EXPECT_THAT(
        stored_fields(id_of(1)),
        ElementsAre("_id", "first_name", "last_name", "username", "created_at", "__v", "extra", "seen_at")
    );
}

TEST_F(UsersInMongo, ChangeBetweenShortAndLongUserNames)
{
    const std::string very_long(100'000, 'n');
    auto next = grace();
    next.values[2] = very_long;
    ASSERT_EQ(mongo_.await(users_->insert(grace())), std::nullopt);
    EXPECT_TRUE(mongo_.await(users_->replace(grace(), next)));
    EXPECT_EQ(mongo_.await(users_->find("username", very_long)), next);
    EXPECT_TRUE(mongo_.await(users_->replace(next, grace())));
    EXPECT_EQ(mongo_.await(users_->get(id_of(1))), grace());
    EXPECT_THAT(stored_fields(id_of(1)), testing::Not(testing::Contains("long_texts")));
}

TEST_F(UsersInMongo, ThatCannotBeReadAreNamed)
{
    Bson user;
    user.add("_id", id_of(2)).add("first_name", 5).add("username", "x").add("created_at", Timestamp{5}).add("__v", 0);
    mongo_.client->insert("users", {&user, 1});
    try {
        mongo_.await(users_->get(id_of(2)));
        ADD_FAILURE() << "it was read";
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(
            error.what(), "The document 000000000000000000000002 of users has no first_name that could be read."
        );
    }
}

}  // namespace
}  // namespace wgw::store
