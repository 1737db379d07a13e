#include "chat/entry.hpp"

#include "codec/json_text.hpp"

#include <cassert>

namespace wgw::chat {

std::string_view event_name(EntryType type)
{
    switch (type) {
    case EntryType::message_receive:
        return "chat.message.receive";
    case EntryType::room_update:
        return "chat.room.update";
    case EntryType::member_update:
        return "chat.member.update";
    }
    return {};
}

std::string message_body(std::string_view content)
{
    std::string body;
    body.reserve(content.size() + 32);
    body += R"({"content":)";
    append_json_string(body, content);
    body += '}';
    return body;
}

std::string room_body(std::string_view name, std::string_view epoch)
{
    std::string body = R"({"name":)";
    append_json_string(body, name);
    body += R"(,"epoch":)";
    append_json_string(body, epoch);
    body += '}';
    return body;
}

std::string_view content_json(const Entry& entry)
{
    constexpr std::string_view kBefore = R"({"content":)";
    constexpr std::string_view kBehind = "}";
    const std::string_view body = entry.body;
    assert(body.starts_with(kBefore) && body.ends_with(kBehind));
    return body.substr(kBefore.size(), body.size() - kBefore.size() - kBehind.size());
}

}  // namespace wgw::chat
