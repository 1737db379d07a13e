#include "store/test_collection_contract.hpp"

#include <limits>

namespace wgw::store {

const CollectionSpec kContractSpec{
    .name = "contract_things",
    .fields =
        {{"name", FieldType::string},
                 {"email", FieldType::string, true},
                 {"room_id", FieldType::id},
                 {"count", FieldType::integer},
                 {"on", FieldType::boolean},
                 {"at", FieldType::time, true}},
    .indexes = {{"name", true}, {"email", true}, {"room_id"}, {"count"}, {"at"}},
};

Id contract_id(int number)
{
    Id result;
    result.bytes[0] = 0x65;
    result.bytes[11] = static_cast<std::uint8_t>(number);
    return result;
}

std::vector<int> numbers(const std::vector<Document>& documents)
{
    std::vector<int> result;
    for (const auto& document : documents)
        result.push_back(document._id.bytes[11]);
    return result;
}

namespace {

using namespace std::string_literals;

Id id(int number) { return contract_id(number); }

Document thing(int number, Value name, int room = 1)
{
    return {
        id(number), {std::move(name), nullptr, id(room), std::int64_t{1}, true, nullptr}
    };
}

TEST_P(ACollection, GivesBackWhatWasInserted)
{
    EXPECT_EQ(await(things_.get(id(1))), std::nullopt);
    EXPECT_EQ(insert(thing(1, "ann")), std::nullopt);
    EXPECT_EQ(await(things_.get(id(1))), thing(1, "ann"));
    EXPECT_EQ(await(things_.find("name", "ann")), thing(1, "ann"));
    EXPECT_EQ(await(things_.find("name", "bob")), std::nullopt);
}

TEST_P(ACollection, KeepsOddValues)
{
    const std::string names[] = {
        "",
        "a\0b"s,
        "a\0c"s,
        "'; DROP TABLE contract_things; --",
        R"("quoted" \ back)",
        R"({"$ne":null})",
        "$ne",
        "null",
        "1",
        "\xEF\xBF\xBD",
        "\xF0\x9F\x98\x80 \xE2\x80\xA8",
        "\x01\x1F\x7F\t\r\n",
        "case",
        "CASE",
        "caf\xC3\xA9",
        "cafe\xCC\x81",
        std::string(1'000'000, 'x'),
        std::string(999'999, 'x') + "y",
    };
    int number = 0;
    for (const auto& name : names)
        EXPECT_EQ(insert(thing(++number, name)), std::nullopt) << name.substr(0, 40);
    number = 0;
    for (const auto& name : names) {
        const auto found = await(things_.find("name", name));
        EXPECT_EQ(found, thing(++number, name)) << name.substr(0, 40);
        EXPECT_EQ(insert(thing(99, name)), "name") << name.substr(0, 40);
    }
}

TEST_P(ACollection, KeepsTheExtremesOfEveryType)
{
    using Limits = std::numeric_limits<std::int64_t>;
    Id last;
    last.bytes.fill(0xff);
    const Document documents[] = {
        {id(1), {"a"s, ""s, last, Limits::max(), false, Timestamp{Limits::max()}}              },
        {id(2), {"b"s, "null"s, Id{}, Limits::min(), true, Timestamp{Limits::min()}}           },
        {id(3), {"c"s, nullptr, id(3), std::int64_t{9'007'199'254'740'993}, true, Timestamp{0}}},
        {last,  {"d"s, nullptr, id(3), std::int64_t{0}, true, nullptr}                         },
    };
    for (const auto& document : documents)
        EXPECT_EQ(insert(document), std::nullopt);
    for (const auto& document : documents)
        EXPECT_EQ(await(things_.get(document._id)), document);
    EXPECT_EQ(list("count", Limits::max(), 0, 9, Order::ascending), std::vector{1});
    EXPECT_EQ(list("count", std::int64_t{9'007'199'254'740'992}, 0, 9, Order::ascending), std::vector<int>());
    EXPECT_EQ(list("at", Timestamp{Limits::min()}, 0, 9, Order::ascending), std::vector{2});
    EXPECT_EQ(list("room_id", last, 0, 9, Order::ascending), std::vector{1});
    EXPECT_EQ(list("at", nullptr, 0, 9, Order::ascending), std::vector{0xff});
}

TEST_P(ACollection, NamesTheUniqueFieldThatIsTaken)
{
    ASSERT_EQ(insert(thing(1, "ann")), std::nullopt);
    EXPECT_EQ(insert(thing(2, "ann")), "name");
    EXPECT_EQ(insert(thing(1, "bob")), "_id");
    EXPECT_EQ(await(things_.get(id(1))), thing(1, "ann"));
    EXPECT_EQ(await(things_.get(id(2))), std::nullopt);
}

TEST_P(ACollection, LetsAnyNumberOfDocumentsHaveANullInAUniqueField)
{
    EXPECT_EQ(insert(thing(1, "ann")), std::nullopt);
    EXPECT_EQ(insert(thing(2, "bob")), std::nullopt);
    auto with_email = thing(3, "cid");
    with_email.values[1] = "null"s;
    EXPECT_EQ(insert(with_email), std::nullopt);
    with_email = thing(4, "dan");
    with_email.values[1] = "null"s;
    EXPECT_EQ(insert(with_email), "email");
}

TEST_P(ACollection, LetsOneOfTwoRacingInsertsHaveAUniqueValue)
{
    std::vector<std::optional<std::string>> answers;
    TaskScope scope([](std::exception_ptr) { FAIL(); });
    for (const int number : {1, 2}) {
        // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the test waits for it
        scope.spawn([](Collection& things, int n, std::vector<std::optional<std::string>>& out) -> Task<void> {
            out.push_back(co_await things.insert(thing(n, "ann")));
        }(things_, number, answers));
    }
    while (scope.running() > 0) {
        store_->end_of_turn();
        store_->loop().run_one();
    }
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_NE(answers[0].has_value(), answers[1].has_value());
    EXPECT_EQ(answers[0].value_or(answers[1].value_or("")), "name");
}

TEST_P(ACollection, ReplacesADocumentOnlyIfItIsUnchanged)
{
    ASSERT_EQ(insert(thing(1, "ann")), std::nullopt);
    EXPECT_TRUE(await(things_.replace(thing(1, "ann"), thing(1, "anna"))));
    EXPECT_FALSE(await(things_.replace(thing(1, "ann"), thing(1, "annie"))));
    EXPECT_EQ(await(things_.get(id(1))), thing(1, "anna"));
    EXPECT_EQ(await(things_.find("name", "ann")), std::nullopt);
    EXPECT_FALSE(await(things_.replace(thing(2, "bob"), thing(2, "bobby"))));
    EXPECT_TRUE(await(things_.replace(thing(1, "anna"), thing(1, "anna"))));
}

TEST_P(ACollection, DoesNotReplaceADocumentByOneWhoseUniqueValueIsTaken)
{
    ASSERT_EQ(insert(thing(1, "ann")), std::nullopt);
    ASSERT_EQ(insert(thing(2, "bob")), std::nullopt);
    EXPECT_FALSE(await(things_.replace(thing(2, "bob"), thing(2, "ann"))));
    EXPECT_EQ(await(things_.get(id(2))), thing(2, "bob"));
}

TEST_P(ACollection, RemovesADocumentOnceAndFreesItsUniqueValues)
{
    ASSERT_EQ(insert(thing(1, "ann")), std::nullopt);
    EXPECT_TRUE(await(things_.remove(id(1))));
    EXPECT_FALSE(await(things_.remove(id(1))));
    EXPECT_EQ(await(things_.get(id(1))), std::nullopt);
    EXPECT_EQ(insert(thing(2, "ann")), std::nullopt);
}

TEST_P(ACollection, ListsByAFieldInPagesAndInBothOrders)
{
    for (const int number : {5, 3, 1, 4, 2})
        ASSERT_EQ(insert(thing(number, std::to_string(number), number == 3 ? 2 : 1)), std::nullopt);
    const Value room = id(1);
    EXPECT_EQ(list("room_id", room, 0, 9, Order::ascending), (std::vector{1, 2, 4, 5}));
    EXPECT_EQ(list("room_id", room, 0, 2, Order::ascending), (std::vector{1, 2}));
    EXPECT_EQ(list("room_id", room, 2, 2, Order::ascending), (std::vector{4, 5}));
    EXPECT_EQ(list("room_id", room, 5, 2, Order::ascending), std::vector<int>());
    EXPECT_EQ(list("room_id", room, 0, 2, Order::descending), (std::vector{5, 4}));
    EXPECT_EQ(list("room_id", room, 4, 2, Order::descending), (std::vector{2, 1}));
    EXPECT_EQ(list("room_id", room, 3, 9, Order::descending), (std::vector{2, 1}));
    EXPECT_EQ(list("room_id", id(9), 0, 9, Order::ascending), std::vector<int>());
    EXPECT_EQ(list("", nullptr, 0, 9, Order::ascending), (std::vector{1, 2, 3, 4, 5}));
    EXPECT_EQ(list("", nullptr, 4, 2, Order::descending), (std::vector{3, 2}));
    EXPECT_EQ(list("", nullptr, 0, 0, Order::ascending), std::vector<int>());
}

TEST_P(ACollection, GetsSeveralInTheOrderOfTheirIdsAndLeavesOutTheMissing)
{
    for (const int number : {1, 2, 3})
        ASSERT_EQ(insert(thing(number, std::to_string(number))), std::nullopt);
    EXPECT_EQ(numbers(await(things_.get_all({id(3), id(7), id(1)}))), (std::vector{3, 1}));
    EXPECT_EQ(numbers(await(things_.get_all({}))), std::vector<int>());
}

}  // namespace
}  // namespace wgw::store
