#include "chat/entry.hpp"

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

std::string_view content_json(const Entry& entry)
{
    constexpr std::string_view kBefore = R"({"content":)";
    constexpr std::string_view kBehind = "}";
    const std::string_view body = entry.body;
    assert(body.starts_with(kBefore) && body.ends_with(kBehind));
    return body.substr(kBefore.size(), body.size() - kBefore.size() - kBehind.size());
}

}  // namespace wgw::chat
