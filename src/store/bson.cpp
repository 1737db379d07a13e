#include "store/bson.hpp"

#include <bson/bson.h>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace wgw::store {
namespace {

int length(std::string_view text) { return static_cast<int>(text.size()); }

/// Appending fails only where a document would be larger than 2 GiB.
void check(bool appended)
{
    if (!appended)
        throw std::runtime_error("A BSON document is too large.");
}

bson_oid_t oid_of(const Id& id)
{
    bson_oid_t oid;
    bson_oid_init_from_data(&oid, id.bytes.data());
    return oid;
}

Id id_of(const bson_oid_t& oid) { return Id::from_raw({reinterpret_cast<const char*>(oid.bytes), sizeof oid.bytes}); }

/// A double is what the original may have written where we expect an integer.
BsonView::Value number(double value)
{
    constexpr double kExact = 9'007'199'254'740'992;  // 2^53
    if (std::trunc(value) == value && std::abs(value) <= kExact)
        return static_cast<std::int64_t>(value);
    return value;
}

BsonView::Value value_at(const bson_iter_t& at)
{
    switch (bson_iter_type(&at)) {
    case BSON_TYPE_NULL:
    case BSON_TYPE_UNDEFINED:
        return nullptr;
    case BSON_TYPE_BOOL:
        return bson_iter_bool(&at);
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
        return bson_iter_as_int64(&at);
    case BSON_TYPE_DOUBLE:
        return number(bson_iter_double(&at));
    case BSON_TYPE_UTF8: {
        std::uint32_t size = 0;
        const char* text = bson_iter_utf8(&at, &size);
        return std::string_view(text, size);
    }
    case BSON_TYPE_OID:
        return id_of(*bson_iter_oid(&at));
    case BSON_TYPE_DATE_TIME:
        return Timestamp{bson_iter_date_time(&at)};
    case BSON_TYPE_BINARY: {
        bson_subtype_t subtype{};
        std::uint32_t size = 0;
        const std::uint8_t* bytes = nullptr;
        bson_iter_binary(&at, &subtype, &size, &bytes);
        return BsonBinary{
            static_cast<std::uint8_t>(subtype), {reinterpret_cast<const char*>(bytes), size}
        };
    }
    case BSON_TYPE_DOCUMENT:
    case BSON_TYPE_ARRAY: {
        std::uint32_t size = 0;
        const std::uint8_t* bytes = nullptr;
        if (bson_iter_type(&at) == BSON_TYPE_DOCUMENT)
            bson_iter_document(&at, &size, &bytes);
        else
            bson_iter_array(&at, &size, &bytes);
        return BsonView({bytes, size});
    }
    default:
        return BsonOther{};
    }
}

/// Calls `visit` with each place, until it says that it has had enough.
template <class Visit>
void walk(std::span<const std::uint8_t> bytes, Visit visit)
{
    bson_iter_t at;
    if (!bson_iter_init_from_data(&at, bytes.data(), bytes.size()))
        throw std::runtime_error("What MongoDB has answered is no BSON.");
    while (bson_iter_next(&at))
        if (!visit(at))
            return;
}

}  // namespace

struct Bson::Content {
    Content() { bson_init(&bson); }
    Content(const Content&) = delete;
    Content& operator=(const Content&) = delete;
    ~Content() { bson_destroy(&bson); }

    bson_t bson;
};

Bson::Bson() : content_(std::make_unique<Content>()) {}
Bson::Bson(Bson&& other) noexcept = default;
Bson& Bson::operator=(Bson&& other) noexcept = default;
Bson::~Bson() = default;

Bson& Bson::add(std::string_view name, std::nullptr_t)
{
    check(bson_append_null(&content_->bson, name.data(), length(name)));
    return *this;
}

Bson& Bson::add_boolean(std::string_view name, bool value)
{
    check(bson_append_bool(&content_->bson, name.data(), length(name), value));
    return *this;
}

Bson& Bson::add_integer(std::string_view name, std::int64_t value)
{
    using Small = std::numeric_limits<std::int32_t>;
    if (value >= Small::min() && value <= Small::max())
        check(bson_append_int32(&content_->bson, name.data(), length(name), static_cast<std::int32_t>(value)));
    else
        check(bson_append_int64(&content_->bson, name.data(), length(name), value));
    return *this;
}

Bson& Bson::add(std::string_view name, std::string_view value)
{
    check(bson_append_utf8(&content_->bson, name.data(), length(name), value.data(), length(value)));
    return *this;
}

Bson& Bson::add_text(std::string_view name, std::string_view value)
{
    return value.contains('\0') ? add_binary(name, 0, value) : add(name, value);
}

Bson& Bson::add(std::string_view name, Id value)
{
    const auto oid = oid_of(value);
    check(bson_append_oid(&content_->bson, name.data(), length(name), &oid));
    return *this;
}

Bson& Bson::add(std::string_view name, Timestamp value)
{
    check(bson_append_date_time(&content_->bson, name.data(), length(name), value.unix_ms));
    return *this;
}

Bson& Bson::add(std::string_view name, const Bson& document)
{
    check(bson_append_document(&content_->bson, name.data(), length(name), &document.content_->bson));
    return *this;
}

Bson& Bson::add_binary(std::string_view name, std::uint8_t subtype, std::string_view bytes)
{
    check(bson_append_binary(
        &content_->bson, name.data(), length(name), static_cast<bson_subtype_t>(subtype),
        reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<std::uint32_t>(bytes.size())
    ));
    return *this;
}

Bson& Bson::add_array(std::string_view name, std::span<const Id> ids)
{
    Bson array;
    for (std::size_t i = 0; i < ids.size(); ++i)
        array.add(std::to_string(i), ids[i]);
    check(bson_append_array(&content_->bson, name.data(), length(name), &array.content_->bson));
    return *this;
}

Bson& Bson::add_array(std::string_view name, std::span<const Bson> documents)
{
    Bson array;
    for (std::size_t i = 0; i < documents.size(); ++i)
        array.add(std::to_string(i), documents[i]);
    check(bson_append_array(&content_->bson, name.data(), length(name), &array.content_->bson));
    return *this;
}

std::span<const std::uint8_t> Bson::bytes() const { return {bson_get_data(&content_->bson), content_->bson.len}; }

bool Bson::empty() const { return bson_empty(&content_->bson); }

BsonView::Value BsonView::find(std::string_view name) const
{
    Value found;
    walk(bytes_, [&](const bson_iter_t& at) {
        if (std::string_view(bson_iter_key(&at), bson_iter_key_len(&at)) != name)
            return true;
        found = value_at(at);
        return false;
    });
    return found;
}

std::optional<std::string_view> text_in(const BsonView::Value& value)
{
    if (const auto* text = std::get_if<std::string_view>(&value))
        return *text;
    const auto* binary = std::get_if<BsonBinary>(&value);
    return binary != nullptr && binary->subtype == 0 ? std::optional(binary->bytes) : std::nullopt;
}

std::optional<std::string_view> BsonView::text(std::string_view name) const { return text_in(find(name)); }

void BsonView::for_each(const std::function<void(std::string_view name, const Value& value)>& visit) const
{
    walk(bytes_, [&](const bson_iter_t& at) {
        visit({bson_iter_key(&at), bson_iter_key_len(&at)}, value_at(at));
        return true;
    });
}

}  // namespace wgw::store
