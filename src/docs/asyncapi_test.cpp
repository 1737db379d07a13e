#include "docs/asyncapi.hpp"
#include "docs/events_page.hpp"

#include <gmock/gmock.h>

namespace wgw::docs {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr FieldRow kRows[] = {
    {"text", FieldType::string, false, not_empty, "Its `text` & <more>.", R"("a")"},
    {"key", FieldType::string, true, key(1, 8), "Its key.", {}},
};
constexpr FieldRow kAckRows[] = {
    {"seq", FieldType::integer, false, any, "Its place.", "7"},
};
constexpr Object kRequest{.name = "Say", .rows = kRows};
constexpr Object kAck{.name = "Said", .rows = kAckRows};
constexpr Object kAuth{.name = "Auth", .rows = kAckRows};
constexpr Event kRowsOfEvents[] = {
    {.name = "room.say",
     .sender = Sender::client,
     .summary = "Says.",
     .payload = one(kRequest),
     .ack = one(kAck),
     .errors = {Errc::not_member}},
    {.name = "room.failed", .sender = Sender::server, .summary = "It failed.", .payload = failure},
};
constexpr Events kEvents{kRowsOfEvents, kAuth};

TEST(AnAsyncapiDocument, HasEachEventWithItsAck)
{
    const auto text = asyncapi(kEvents, Limits{}, "1.2.3");
    EXPECT_EQ(json_check(text), JsonError::none);
    EXPECT_THAT(text, HasSubstr(R"("asyncapi":"3.0.0")"));
    EXPECT_THAT(text, HasSubstr(R"("room.say":{"action":"receive")"));
    EXPECT_THAT(text, HasSubstr(R"("messages":[{"$ref":"#/channels/root/messages/room.say.ack"}])"));
    EXPECT_THAT(text, HasSubstr(R"("enum":["not_member"])"));
    EXPECT_THAT(text, HasSubstr(R"("room.failed":{"action":"send")"));
    EXPECT_THAT(text, HasSubstr(R"("Say":{"type":"object","properties":{"text":{"type":"string","minLength":1)"));
    EXPECT_THAT(text, HasSubstr(R"("key":{"type":["string","null"])"));
    EXPECT_THAT(text, Not(HasSubstr("room.failed.ack")));
}

TEST(TheEventsPage, HasEachEventAndNoScript)
{
    const auto page = events_page(kEvents, Limits{}, "1.2.3");
    EXPECT_THAT(page, HasSubstr(R"(<h3 id="room.say"><code>room.say</code></h3>)"));
    EXPECT_THAT(page, HasSubstr("Its <code>text</code> &amp; &lt;more&gt;."));
    EXPECT_THAT(page, HasSubstr("text, may be left out"));
    EXPECT_THAT(page, HasSubstr("<code>not_member</code></td><td>403</td>"));
    EXPECT_THAT(page, HasSubstr(R"({&quot;seq&quot;:7})"));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
}

}  // namespace
}  // namespace wgw::docs
