#include "bus/batch.hpp"
#include "codec/json_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wgw::bus {
namespace {

using Kind = Answer::Kind;
using testing::ElementsAre;

TEST(ABatch, HasEachRequestWithItsHeaders)
{
    const std::vector<Request> requests{
        {"chat.message.save", R"({"content":"a \" b"})", {{"authorization", "Bearer x"}, {"x-wgw-id", "1"}}},
        {"chat.room.find_all", "", {}, "k7m2q9-17"},
    };
    const auto data = encode_batch(requests);
    EXPECT_EQ(
        data,
        R"([{"pattern":"chat.message.save","data":{"content":"a \" b"},)"
        R"("headers":{"authorization":"Bearer x","x-wgw-id":"1"}},{"pattern":"chat.room.find_all","request_id":"k7m2q9-17"}])"
    );
    EXPECT_EQ(decode_batch(data), requests);
}

TEST(ABatch, TakesRequestsWhoseHeadersAreText)
{
    EXPECT_TRUE(fits_a_batch({"p", "{}", {{"a", "\xc3\xa9"}}}));
    EXPECT_FALSE(fits_a_batch({"p", "{}", {{"a", "\xe9"}}}));
}

TEST(ABatch, IsNoneWithoutPatternsOrWithTooMany)
{
    for (const std::string_view data :
         {"", "null", "{}", "[1]", "[null]", "[{}]", R"([{"pattern":1}])", R"([{"pattern":"a"},{}])"})
        EXPECT_EQ(decode_batch(data), std::nullopt) << data;
    EXPECT_EQ(decode_batch("[]"), std::vector<Request>());
    std::vector<Request> many(kMostInABatch, Request{"p", "1", {}});
    EXPECT_EQ(decode_batch(encode_batch(many)), many);
    many.push_back(many.front());
    EXPECT_EQ(decode_batch(encode_batch(many)), std::nullopt);
}

TEST(ABatch, LeavesOutHeadersThatAreNoTextsAndNamesThatNameNoRequest)
{
    const auto requests = decode_batch(
        R"([{"pattern":"a","headers":{"a":1,"b":"2"},"request_id":7},{"pattern":"b","headers":[],"request_id":"a b"}])"
    );
    ASSERT_TRUE(requests);
    EXPECT_THAT((*requests)[0].headers, ElementsAre(Header{"b", "2"}));
    EXPECT_TRUE((*requests)[1].headers.empty());
    EXPECT_EQ((*requests)[0].request_id + (*requests)[1].request_id, "");
}

TEST(AnswersToABatch, AreTheirsInOrder)
{
    const std::vector<Answer> answers{
        {Kind::value,      R"({"_id":"1"})",    {{"x-wgw-duplicate", "true"}}},
        {Kind::error,      R"({"status":404})", {}                           },
        {Kind::nothing,    "",                  {{"x-wgw-seq", "7"}}         },
        {Kind::nothing,    "",                  {}                           },
        {Kind::no_handler, "",                  {}                           },
    };
    const auto json = encode_batch_answers(answers);
    EXPECT_EQ(
        json, R"([{"response":{"_id":"1"},"headers":{"x-wgw-duplicate":"true"}},{"err":{"status":404}},)"
              R"({"headers":{"x-wgw-seq":"7"}},{},{"unknown":true}])"
    );
    EXPECT_EQ(decode_batch_answers(json, 5), answers);
}

TEST(AnswersToABatch, AreNoneIfTheirNumberIsAnother)
{
    EXPECT_EQ(decode_batch_answers("[{},{}]", 3), std::nullopt);
    EXPECT_EQ(decode_batch_answers("[{},{}]", 1), std::nullopt);
    for (const std::string_view json : {"", "null", "{}", "[1]"})
        EXPECT_EQ(decode_batch_answers(json, 1), std::nullopt) << json;
    EXPECT_EQ(decode_batch_answers(encode_batch_answers({}), 0), std::vector<Answer>());
}

}  // namespace
}  // namespace wgw::bus
