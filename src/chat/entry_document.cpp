#include "chat/entry_document.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <variant>

namespace wgw::chat {
namespace {

using store::Bson;
using store::BsonView;

/// The first of a key that no client can have chosen.
constexpr char kOwnKey = '/';

}  // namespace

std::string key_of(const Entry& entry)
{
    return entry.client_msg_id ? *entry.client_msg_id : kOwnKey + entry._id.hex();
}

Bson document_of(const Entry& entry)
{
    Bson document;
    document.add("_id", entry._id).add("room_id", entry.room_id).add("seq", entry.seq);
    document.add("user_id", entry.user_id).add("key", key_of(entry));
    if (entry.client_msg_id)
        document.add_binary(
            "send_hash", 0, {reinterpret_cast<const char*>(entry.send_hash.data()), entry.send_hash.size()}
        );
    document.add("at", entry.at).add("type", static_cast<int>(entry.type)).add("body", entry.body);
    return document;
}

Entry entry_of(BsonView document)
{
    Entry entry;
    std::optional<std::string_view> key;
    std::optional<store::BsonBinary> hash;
    std::optional<std::string_view> body;
    std::optional<Seq> type;
    int found = 0;
    const auto take = [&found](auto& to, const BsonView::Value& value) {
        using T = std::decay_t<decltype(to)>;
        if (const auto* typed = std::get_if<T>(&value)) {
            to = *typed;
            ++found;
        }
    };
    const auto take_optional = [](auto& to, const BsonView::Value& value) {
        using T = std::decay_t<decltype(*to)>;
        if (const auto* typed = std::get_if<T>(&value))
            to = *typed;
    };
    document.for_each([&](std::string_view name, const BsonView::Value& value) {
        if (name == "_id")
            take(entry._id, value);
        else if (name == "room_id")
            take(entry.room_id, value);
        else if (name == "seq")
            take(entry.seq, value);
        else if (name == "user_id")
            take(entry.user_id, value);
        else if (name == "at")
            take(entry.at, value);
        else if (name == "key")
            take_optional(key, value);
        else if (name == "send_hash")
            take_optional(hash, value);
        else if (name == "type")
            take_optional(type, value);
        else if (name == "body")
            take_optional(body, value);
    });
    constexpr int kPlain = 5;
    const bool has_key = key && !key->starts_with(kOwnKey);
    if (found != kPlain || !key || !type || !body ||
        (has_key && (!hash || hash->bytes.size() != entry.send_hash.size())))
        throw std::runtime_error(
            "The entry " + entry._id.hex() + " of the chat log lacks a field: the store is damaged."
        );
    entry.type = static_cast<EntryType>(*type);
    entry.body = *body;
    if (has_key) {
        entry.client_msg_id = *key;
        std::ranges::copy(hash->bytes, entry.send_hash.begin());
    }
    return entry;
}

}  // namespace wgw::chat
