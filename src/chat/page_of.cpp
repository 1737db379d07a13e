#include "chat/page_of.hpp"

#include "base/log.hpp"
#include "codec/json_text.hpp"

namespace wgw::chat {

std::optional<std::string> stored_content(std::string_view body)
{
    if (json_check(body) != JsonError::none || !JsonValue(body).is_object())
        return {};
    const auto content = JsonValue(body).find("content");
    if (!content || !content->is_string())
        return {};
    return content->string();
}

void tell_of_damage(RoomId room, Seq seq)
{
    log::error(
        "A message is damaged in the store; lists leave it out. Restore a backup, or delete the row.",
        {
            {"room_id", room.hex()},
            {"seq",     seq       }
    }
    );
}

}  // namespace wgw::chat
