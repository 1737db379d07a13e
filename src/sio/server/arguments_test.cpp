#include "sio/server/arguments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace wgw::sio {
namespace {

using testing::ElementsAre;

constexpr std::string_view kLiteral = R"({"_placeholder":true,"num":0})";

TEST(Arguments, AreReadInPlaceAndAreNullBehindTheLast)
{
    const Arguments arguments(R"([ "a" , {"b":[1,2]},3 ])");
    EXPECT_EQ(arguments.size(), 3U);
    EXPECT_EQ(arguments[0].string(), "a");
    EXPECT_EQ(arguments[1].text(), R"({"b":[1,2]})");
    EXPECT_EQ(arguments[2].integer(), 3);
    EXPECT_TRUE(arguments[3].is_null());
    EXPECT_EQ(arguments.text(), R"(["a" , {"b":[1,2]},3])");
    EXPECT_EQ(Arguments("[]").text(), "[]");
}

TEST(Arguments, GiveTheBytesOfThoseThatAreBinary)
{
    const std::vector<std::string> attachments{"zero", "one"};
    const Arguments arguments(
        R"(["x",{"_placeholder":true,"num":1},{"a":{"_placeholder":true,"num":0}}])", attachments
    );
    EXPECT_FALSE(arguments.bytes(0));
    EXPECT_EQ(arguments.bytes(1), "one");
    EXPECT_FALSE(arguments.bytes(2));
    EXPECT_FALSE(arguments.bytes(3));
    EXPECT_FALSE(Arguments("[" + std::string(kLiteral) + "]").bytes(0));
}

TEST(Payload, WritesEachKindOfValue)
{
    const auto payload = Payload::of(
        "a\"b", std::string("c"), std::string_view("d"), true, 1, -2LL, 18'446'744'073'709'551'615ULL, 0.5, nullptr,
        Json(R"({"e":[]})"), JsonValue("7")
    );
    EXPECT_EQ(payload.text(), R"(["a\"b","c","d",true,1,-2,18446744073709551615,0.5,null,{"e":[]},7])");
    EXPECT_TRUE(payload.attachments().empty());
    EXPECT_EQ(Payload().text(), "[]");
    EXPECT_EQ(Payload::of_array("[1, 2]").text(), "[1, 2]");
}

TEST(Payload, MakesTextThatIsNoUtf8Valid) { EXPECT_EQ(Payload::of("a\xff").text(), "[\"a\xef\xbf\xbd\"]"); }

TEST(Payload, RefusesNumbersThatAreNotFinite)
{
    EXPECT_THROW(Payload::of(std::numeric_limits<double>::infinity()), std::invalid_argument);
    EXPECT_THROW(Payload::of(std::nan("")), std::invalid_argument);
}

TEST(Payload, NumbersItsBytesInOrder)
{
    const auto payload = Payload::of(Bytes("one"), "x", Bytes("two"));
    EXPECT_EQ(payload.text(), R"([{"_placeholder":true,"num":0},"x",{"_placeholder":true,"num":1}])");
    EXPECT_THAT(payload.attachments(), ElementsAre("one", "two"));
}

TEST(Payload, PassesOnWhatCameWithItsBytes)
{
    const std::vector<std::string> attachments{"zero"};
    const Arguments came(R"([{"_placeholder":true,"num":0},1])", attachments);
    const auto payload = Payload::of(Bytes("own"), came, came);
    EXPECT_EQ(
        payload.text(),
        R"([{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},1,{"_placeholder":true,"num":2},1])"
    );
    EXPECT_THAT(payload.attachments(), ElementsAre("own", "zero", "zero"));
    EXPECT_EQ(Payload::of(payload).text(), payload.text());
}

TEST(Payload, PassesOnWhatIsUsedAndAsOftenAsItIs)
{
    const std::vector<std::string> attachments{"zero", "one", "two"};
    const auto mixed = Payload::of(Arguments(
        R"([{"_placeholder":true,"num":2},{"_placeholder":true,"num":0},{"_placeholder":true,"num":2}])", attachments
    ));
    EXPECT_THAT(mixed.attachments(), ElementsAre("two", "zero", "two"));
    const auto unused = Payload::of(Arguments("[1]", attachments), Json(kLiteral));
    EXPECT_EQ(unused.text(), "[1," + std::string(kLiteral) + "]");
    EXPECT_THAT(unused.attachments(), testing::IsEmpty());
}

// A client closes its connection over a packet of more attachments than it allows.
TEST(Payload, PassesOnOnceWhatIsThereMoreOftenThanClientsAllow)
{
    const std::vector<std::string> attachments{"zero"};
    const std::string one = R"({"_placeholder":true,"num":0})";
    std::string eleven = "[" + one;
    for (int i = 1; i < 11; ++i)
        eleven += "," + one;
    eleven += ']';
    const auto payload = Payload::of(Arguments(eleven, attachments));
    EXPECT_THAT(payload.attachments(), ElementsAre("zero"));
    EXPECT_EQ(payload.text(), eleven);
}

TEST(Payload, IsReadLikeArguments)
{
    const auto payload = Payload::of("a", 2, Bytes("bytes"));
    EXPECT_EQ(payload.arguments().size(), 3U);
    EXPECT_EQ(payload.arguments()[0].string(), "a");
    EXPECT_EQ(payload.arguments().bytes(2), "bytes");
    EXPECT_EQ(payload.arguments()[3].string(), "") << "what is missing is null, and no text";
    EXPECT_TRUE(Payload().arguments().empty());
}

// A client that finds `_placeholder` in a binary packet puts an attachment there.
TEST(Payload, KeepsWhatOnlyLooksLikeAnAttachmentApartFromThem)
{
    EXPECT_EQ(Payload::of(Json(kLiteral)).text(), "[" + std::string(kLiteral) + "]")
        << "without attachments it is data";
    const std::string disarmed = R"({"_placeholder":1,"num":0})";
    EXPECT_EQ(Payload::of(Json(kLiteral), Bytes("b")).text(), "[" + disarmed + "," + std::string(kLiteral) + "]");
    EXPECT_EQ(Payload::of(Bytes("b"), Json(kLiteral)).text(), "[" + std::string(kLiteral) + "," + disarmed + "]");
    const std::string array = "[" + std::string(kLiteral) + "]";
    EXPECT_EQ(Payload::of(Bytes("b"), Arguments(array)).text(), "[" + std::string(kLiteral) + "," + disarmed + "]");
}

}  // namespace
}  // namespace wgw::sio
