#pragma once
/// What a route or an event says of itself: data beside it, of which the documents are made (openapi.hpp,
/// asyncapi.hpp).
///
///     constexpr docs::Object kSignUpBody{.name = "AuthSignUpDto", .rows = auth::kSignUp.rows};
///     constexpr docs::Operation kAboutSignUp{
///         .id = "AuthController_signUp",
///         .summary = "Makes an account, and signs it in.",
///         .body = &kSignUpBody,
///         .reply = docs::one(kTokenPairObject),
///         .errors = {Errc::username_taken},
///     };
///
/// Static data: what is pointed to outlives everything.
/// Tests   openapi_test.cpp, gateway/documents_test.cpp

#include "model/errc.hpp"
#include "model/fields.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace wgw::docs {

/// A text that is there: an empty one does not compile, and neither does something that lacks it.
class Words {
public:
    consteval Words(const char* text) : text_(text)  // NOLINT: a text is written as what it is
    {
        if (text_.empty())
            throw "say something";
    }
    constexpr operator std::string_view() const { return text_; }  // NOLINT: and read as one

private:
    std::string_view text_;
};

struct Object;

/// What the row of a field cannot say.
struct Detail {
    std::string_view field;
    const Object* object = nullptr;                ///< What is in a field of raw JSON; nullptr: any value.
    std::span<const std::string_view> words = {};  ///< The only ones that a text may be; empty: any.
};

/// A JSON object, by the rows of its fields. As a reply it has every field but those that may be `left_out`.
struct Object {
    Words name;  ///< Of its schema; no two objects have the same.
    std::span<const FieldRow> rows;
    std::span<const Detail> details = {};

    /// nullptr: there is no more to say of that field.
    constexpr const Detail* detail(std::string_view field) const
    {
        const auto found = std::ranges::find(details, field, &Detail::field);
        return found == details.end() ? nullptr : &*found;
    }
};

/// What a request is answered as `data`, or what an event brings.
struct Reply {
    enum class Shape : std::uint8_t {
        none,
        one,
        one_or_null,
        list,     ///< A bare array, or a page where one was asked for.
        page,     ///< `{items, next}`
        failure,  ///< The `data` of whatever failed.
    };

    Shape shape = Shape::none;
    const Object* object = nullptr;
    FieldType place = FieldType::integer;  ///< Of an item in its list: what `next` is.
};

constexpr Reply one(const Object& object) { return {Reply::Shape::one, &object}; }
constexpr Reply one_or_null(const Object& object) { return {Reply::Shape::one_or_null, &object}; }
constexpr Reply list_of(const Object& object, FieldType place) { return {Reply::Shape::list, &object, place}; }
constexpr Reply page_of(const Object& object, FieldType place) { return {Reply::Shape::page, &object, place}; }
inline constexpr Reply failure{Reply::Shape::failure};

/// A way to fail. The few recorded answers that differ from the row of their code say how.
struct Error {
    constexpr Error() = default;
    constexpr Error(Errc errc, int http_status = 0, std::string_view words = {})  // NOLINT: a code is most often all
        : code(errc), status(http_status), sentence(words)
    {
    }

    Errc code{};
    int status = 0;             ///< 0: the row's.
    std::string_view sentence;  ///< Empty: the row's.
};

/// At most so many: more do not compile.
class Errors {
public:
    constexpr Errors(std::initializer_list<Error> errors) : size_(errors.size())
    {
        std::ranges::copy(errors, errors_.begin());
    }
    constexpr const Error* begin() const { return errors_.data(); }
    constexpr const Error* end() const { return errors_.data() + size_; }

private:
    std::array<Error, 12> errors_{};
    std::size_t size_;
};

/// One route. Its method, path, guard and status are the route's own.
struct Operation {
    Words id;       ///< `<Part>Controller_<verb>`, as the recorded ones are; the part is its group in the document.
    Words summary;  ///< One line.
    std::string_view more = {};
    std::span<const FieldRow> path = {};  ///< A row for each parameter of the path; others are not looked at.
    std::span<const FieldRow> query = {};
    std::span<const FieldRow> headers = {};  ///< None of them has to be sent.
    const Object* body = nullptr;            ///< Less its fields that are in the path.
    Reply reply = {};
    Errors errors = {};     ///< Those that are this route's own. What every route may fail with comes by itself.
    bool recorded = false;  ///< The original's document has it: its parameters and texts are kept to the letter.
    bool checks = true;     ///< false: it answers without looking at anything, so that there is nothing to refuse.
};

}  // namespace wgw::docs
