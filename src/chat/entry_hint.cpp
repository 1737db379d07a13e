#include "chat/entry_hint.hpp"

#include "codec/json_text.hpp"

#include <cstring>

namespace wgw::chat {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kIdBytes = sizeof(Id::bytes);

void put_number(std::string& out, std::int64_t number)
{
    for (int shift = 0; shift < 64; shift += 8)
        out.push_back(static_cast<char>(static_cast<std::uint64_t>(number) >> shift & 0xffU));
}

/// Takes from the front; once something is missing everything is.
class Reader {
public:
    explicit Reader(std::string_view bytes) : left_(bytes) {}

    std::string_view take(std::size_t count)
    {
        if (count > left_.size()) {
            failed_ = true;
            left_ = {};
            return {};
        }
        const auto part = left_.substr(0, count);
        left_.remove_prefix(count);
        return part;
    }
    std::uint8_t byte()
    {
        const auto part = take(1);
        return part.empty() ? 0 : static_cast<std::uint8_t>(part.front());
    }
    std::int64_t number()
    {
        std::uint64_t value = 0;
        int shift = 0;
        for (const char byte : take(8)) {
            value |= std::uint64_t{static_cast<std::uint8_t>(byte)} << shift;
            shift += 8;
        }
        return static_cast<std::int64_t>(value);
    }
    Id id()
    {
        const auto part = take(kIdBytes);
        return part.empty() ? Id() : Id::from_raw(part);
    }
    std::string_view rest() { return take(left_.size()); }
    bool failed() const { return failed_; }

private:
    std::string_view left_;
    bool failed_ = false;
};

bool is_type(std::uint8_t type)
{
    return type >= static_cast<std::uint8_t>(EntryType::message_receive) &&
           type <= static_cast<std::uint8_t>(EntryType::member_update);
}

/// A body of ours: whoever tells it relies on its form.
bool is_body(EntryType type, std::string_view body)
{
    if (json_check(body) != JsonError::none)
        return false;
    if (type != EntryType::message_receive)
        return JsonValue(body).is_object();
    constexpr std::string_view kBefore = R"({"content":)";
    if (!body.starts_with(kBefore) || !body.ends_with('}'))
        return false;
    const auto content = body.substr(kBefore.size(), body.size() - kBefore.size() - 1);
    return json_check(content) == JsonError::none && JsonValue(content).is_string();
}

}  // namespace

std::string encode_hint(const Entry& entry)
{
    std::string out;
    out.reserve(96 + entry.body.size());
    out.push_back(kVersion);
    out.push_back(static_cast<char>(entry.type));
    put_number(out, entry.seq);
    put_number(out, entry.at.unix_ms);
    out.append(entry.room_id.raw()).append(entry._id.raw()).append(entry.user_id.raw());
    const std::string_view key = entry.client_msg_id ? std::string_view(*entry.client_msg_id) : std::string_view();
    out.push_back(static_cast<char>(key.size()));
    out.append(key);
    if (!key.empty())
        out.append(reinterpret_cast<const char*>(entry.send_hash.data()), entry.send_hash.size());
    out.append(entry.body);
    return out;
}

std::optional<Entry> decode_hint(std::string_view bytes)
{
    if (bytes.size() > kMostHintBytes)
        return {};
    Reader reader(bytes);
    if (reader.byte() != kVersion)
        return {};
    Entry entry;
    const std::uint8_t type = reader.byte();
    entry.seq = reader.number();
    entry.at.unix_ms = reader.number();
    entry.room_id = reader.id();
    entry._id = reader.id();
    entry.user_id = reader.id();
    if (const auto key = reader.take(reader.byte()); !key.empty()) {
        entry.client_msg_id = key;
        const auto hash = reader.take(entry.send_hash.size());
        if (reader.failed())
            return {};
        std::memcpy(entry.send_hash.data(), hash.data(), hash.size());
    }
    entry.body = reader.rest();
    if (reader.failed() || !is_type(type) || entry.seq < 1)
        return {};
    entry.type = static_cast<EntryType>(type);
    if (!is_body(entry.type, entry.body))
        return {};
    return entry;
}

}  // namespace wgw::chat
