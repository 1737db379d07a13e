#include "store/mongo_client.hpp"
#include "store/test_mongo.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace wgw::store {
namespace {

Bson thing(int number)
{
    Bson document;
    document.add("_id", number);
    return document;
}

class AMongoClient : public testing::Test {
protected:
    TestMongo mongo_;
};

TEST_F(AMongoClient, InsertsInOrderAndNothingBehindADuplicate)
{
    std::vector<Bson> things;
    for (const int number : {1, 2, 1, 3})
        things.push_back(thing(number));
    const auto inserted = mongo_.client->insert("things", things);
    EXPECT_EQ(inserted.count, 2U);
    EXPECT_TRUE(inserted.duplicate);
    EXPECT_EQ(mongo_.client->count("things", {}, 9), 2U);
    EXPECT_EQ(mongo_.client->count("things", {}, 1), 1U);
}

TEST_F(AMongoClient, SaysThatAServerRefusesAndThatItIsThere)
{
    const Bson one = thing(1);
    mongo_.client->insert("things", {&one, 1});
    Bson wrong;
    wrong.add("a", Bson().add("$nonsense", 1));
    EXPECT_THROW(mongo_.client->exists({.collection = "things", .filter = std::move(wrong)}), MongoError);
    EXPECT_FALSE(mongo_.pool.health().is_away());
}

TEST_F(AMongoClient, GivesUpAServerThatIsNotThere)
{
    auto target = mongo_.target;
    target.url = "mongodb://127.0.0.1:1";
    MongoPool pool(target, 1);
    const auto client = pool.client();
    const auto began = std::chrono::steady_clock::now();
    EXPECT_THROW(client->ping(), MongoAway);
    EXPECT_LT(std::chrono::steady_clock::now() - began, kMongoSpan + std::chrono::seconds(1));
    EXPECT_TRUE(pool.health().is_away());
}

TEST_F(AMongoClient, GivesUpAServerThatDoesNotAnswerAndUsesItWhenItDoes)
{
    const auto proxy = proxy_to(mongo_.target);
    MongoPool pool(through(*proxy, mongo_.target), 1);
    const auto client = pool.client();
    client->ping();
    proxy->freeze();
    const auto began = std::chrono::steady_clock::now();
    EXPECT_THROW(client->ping(), MongoAway);
    EXPECT_LT(std::chrono::steady_clock::now() - began, kMongoSpan + std::chrono::seconds(1));
    proxy->thaw();
    client->ping();
    EXPECT_FALSE(pool.health().is_away());
}

TEST_F(AMongoClient, IsAskedForTheStateOfTheServerWhenNothingElseAsks)
{
    mongo_.pool.health().is_away_because("test");
    mongo_.threads.look_again();
    mongo_.threads.flush();
    mongo_.loop.run_one();
    EXPECT_FALSE(mongo_.pool.health().is_away());
}

}  // namespace
}  // namespace wgw::store
