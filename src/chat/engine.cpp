#include "chat/engine.hpp"

#include <cassert>
#include <utility>
#include <variant>

namespace wgw::chat {
namespace {

/// Of a command whose seq another process took each time.
constexpr int kMaxAttempts = 8;

/// What a send is answered whose key stands in the log already.
Result<Outcome> judge(const Entry& asked, Entry stored)
{
    // The hash is that of the send as it was asked for, so a later edit of the message changes nothing.
    if (stored.send_hash != asked.send_hash)
        return fail(Errc::client_msg_id_reused);
    return Outcome{std::move(stored), true};
}

}  // namespace

Result<Outcome> Engine::execute(const Request& request)
{
    try {
        return attempt(request);
    } catch (...) {
        forget_all();
        throw;
    }
}

Result<Outcome> Engine::attempt(const Request& request)
{
    for (int tries = 0; tries < kMaxAttempts; ++tries) {
        Room* room = rooms_.find(request.room_id);
        const bool remembered = room != nullptr;
        if (!remembered)
            if (auto loaded = log_.load(request.room_id))
                room = &rooms_.put(*std::move(loaded));
        // A room that does not exist is not remembered: whoever guesses ids would push out those that do.
        Room absent(request.room_id);
        const Room& state = room ? *room : absent;

        auto decision = state.decide(request.command, request.caller, request.now, request._id, limits_);
        auto* entry = decision ? std::get_if<Entry>(&*decision) : nullptr;
        if (entry == nullptr) {
            if (remembered && log_.head(request.room_id) != state.head()) {
                rooms_.erase(request.room_id);
                continue;
            }
            return decision ? stored(request.room_id, std::get<Already>(*decision).seq)
                            : fail(std::move(decision.error()));
        }

        if (makes_member(*entry) && is_in_enough_rooms(entry->user_id))
            return fail(Errc::forbidden, "You are in as many chat rooms as one user may be in.");
        auto appended = log_.append({entry, 1});
        if (appended.kept == 1) {
            if (room == nullptr)
                room = &rooms_.put(std::move(absent));
            rooms_.apply(*room, *entry);
            return Outcome{std::move(*entry), false};
        }
        if (appended.taken)
            return judge(*entry, *std::move(appended.taken));
        rooms_.erase(request.room_id);
    }
    return fail(Errc::unavailable);
}

// Asked of the log for each join and each new room: they are rare, and a count kept here would be one more thing that
// could be wrong.
bool Engine::is_in_enough_rooms(UserId user)
{
    const auto most = static_cast<std::size_t>(limits_.rooms_per_user);
    return log_.rooms_of(user, most) >= most;
}

Result<Outcome> Engine::stored(RoomId room, Seq seq)
{
    auto entry = log_.find(room, seq);
    assert(entry && "what a room's state names stands in its log");
    return Outcome{*std::move(entry), true};
}

void Engine::forget_all() noexcept
{
    rooms_.clear();
    log_.forget();
}

}  // namespace wgw::chat
