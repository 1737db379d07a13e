#include "store/documents.hpp"

#include <gtest/gtest.h>

namespace wgw::store {
namespace {

struct Note {
    Id _id;
    std::string text;
    std::optional<std::string> title;
    bool done = false;
    std::int64_t size = 0;
    Timestamp at;

    friend bool operator==(const Note&, const Note&) = default;
};

constexpr auto kNote = fields<Note>(
    field("_id", &Note::_id, mongo_id, "The id."), field("text", &Note::text, any, "What it says."),
    field("title", &Note::title, any, "Its title."), field("done", &Note::done, any, "Is it done?"),
    field("size", &Note::size, any, "How large it is."), field("at", &Note::at, any, "When it was made.")
);

const Id kId = Id::from_raw("abcdefghijkl");

TEST(ADocument, HasTheFieldsOfTheRowsBehindTheId)
{
    const auto specs = field_specs(kNote.rows);
    ASSERT_EQ(specs.size(), 5);
    EXPECT_EQ(specs[0].name, "text");
    EXPECT_EQ(specs[0].type, FieldType::string);
    EXPECT_TRUE(specs[1].nullable);
    EXPECT_EQ(specs[4].type, FieldType::time);
}

TEST(ADocument, IsMadeFromAStructAndBecomesItAgain)
{
    for (const auto& title : {std::optional<std::string>("T"), std::optional<std::string>()}) {
        const Note note{kId, "hello", title, true, 7, {1'800'000'000'123}};
        const Document document = to_document(kNote, note);
        EXPECT_EQ(document._id, kId);
        EXPECT_EQ(document.values.size(), 5);
        EXPECT_EQ(document.values[3], Value(std::int64_t{7}));
        EXPECT_EQ(from_document(kNote, document), note);
    }
}

TEST(ADocument, ThatDoesNotFitTheRowsIsAnError)
{
    const Document good = to_document(kNote, Note{kId, "hello", {}, false, 0, {}});
    Document short_one = good;
    short_one.values.pop_back();
    Document wrong_type = good;
    wrong_type.values[0] = std::int64_t{1};
    EXPECT_THROW(from_document(kNote, short_one), std::runtime_error);
    EXPECT_THROW(from_document(kNote, wrong_type), std::runtime_error);
}

}  // namespace
}  // namespace wgw::store
