#include "chat/engine.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <variant>

namespace wgw::chat {
namespace {

/// Of commands whose seq another process took each time: with the pauses a second or two.
constexpr int kMaxAttempts = 20;

/// Entries of others that are read on; where there are more the room is loaded.
constexpr std::size_t kReadOn = 500;

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
    Asked asked{&request};
    Asked* const one = &asked;
    try {
        bool is_behind = false;
        for (int tries = 0; tries < kMaxAttempts && !asked.outcome; ++tries)
            is_behind = attempt({&one, 1}, is_behind);
    } catch (...) {
        forget_all();
        throw;
    }
    return asked.outcome ? *std::move(asked.outcome) : fail(Errc::unavailable);
}

void Engine::execute(std::span<Asked* const> batch, const Pause& pause)
{
    std::vector<Turn> turns;
    std::unordered_map<RoomId, std::size_t> places;
    for (Asked* asked : batch) {
        const auto [place, is_new] = places.try_emplace(asked->request->room_id, turns.size());
        if (is_new)
            turns.emplace_back();
        turns[place->second].asked.push_back(asked);
    }
    // All rooms have their turn before one is tried again: the pause is for those alone that met somebody.
    while (!turns.empty()) {
        for (auto& turn : turns)
            attempt_alone(turn);
        std::erase_if(turns, [](const Turn& turn) { return turn.asked.empty(); });
        const auto most = std::ranges::max_element(turns, {}, &Turn::tries);
        if (most != turns.end() && most->tries > 0)
            pause(most->tries);
    }
}

/// One try. What the log throws is the answer of these alone.
void Engine::attempt_alone(Turn& turn)
{
    const std::size_t before = turn.asked.size();
    std::exception_ptr error;
    try {
        turn.is_behind = attempt(turn.asked, turn.is_behind);
    } catch (...) {
        error = std::current_exception();
        rooms_.erase(turn.asked.front()->request->room_id);
        log_.forget();
    }
    std::erase_if(turn.asked, [](const Asked* asked) { return asked->is_answered(); });
    turn.tries = turn.asked.size() < before ? 0 : turn.tries + 1;
    if (!error && turn.tries < kMaxAttempts)
        return;
    for (Asked* asked : turn.asked) {
        asked->error = error;
        if (!error)
            asked->outcome = fail(Errc::unavailable);
    }
    turn.asked.clear();
}

/// Answers some of `asked`, from the front. True: others have stored something that this engine has not seen, so none
/// or not all were answered. `is_behind`: that is what the last attempt found. It is read here and not there, because
/// of the pause between them: what was read before it would be old.
bool Engine::attempt(std::span<Asked* const> asked, bool is_behind)
{
    const RoomId id = asked.front()->request->room_id;
    Room* room = rooms_.find(id);
    const bool remembered = room != nullptr && !is_behind;
    if (room != nullptr && is_behind)
        room = read_on(*room);
    if (room == nullptr)
        if (auto loaded = log_.load(id))
            room = &rooms_.put(*std::move(loaded));
    // A room that does not exist is not remembered: whoever guesses ids would push out those that do.
    Room absent(id);
    decide(asked, room ? *room : absent, room != nullptr);

    LogStore::Appended appended;
    if (!entries_.empty()) {
        appended = log_.append(entries_);
        counts_.appends.add();
        counts_.entries.add(appended.kept);
    }
    take_back(room ? *room : absent, room != nullptr, appended.kept);
    if (room == nullptr && appended.kept > 0)
        room = &rooms_.put(std::move(absent));

    // Whether the room was at the log's head when this was decided: only then a refusal counts.
    const bool was_at_head = !remembered || appended.kept > 0 || (entries_.empty() && log_.head(id) == room->head());
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const Draft draft = drafts_[i];
        if (!draft.is_entry) {
            if (was_at_head)
                asked[i]->outcome = answer_to(*asked[i]->request, others_[draft.place]);
        } else if (draft.place < appended.kept) {
            asked[i]->outcome.emplace(Outcome{std::move(entries_[draft.place]), false});
        } else {
            // What comes behind it was decided and numbered on an entry that is not there.
            if (!appended.taken) {
                counts_.fences.add();
                return true;
            }
            asked[i]->outcome = judge(entries_[draft.place], *std::move(appended.taken));
            return false;
        }
    }
    return !was_at_head;
}

/// Each on the state that the ones before it make. `is_kept`: the room is in rooms_.
void Engine::decide(std::span<Asked* const> asked, Room& room, bool is_kept)
{
    drafts_.clear();
    entries_.clear();
    before_.clear();
    others_.clear();
    for (const Asked* one : asked) {
        const auto& request = *one->request;
        auto decision = room.decide(request.command, request.caller, request.now, request._id, limits_);
        auto* entry = decision ? std::get_if<Entry>(&*decision) : nullptr;
        if (entry != nullptr && makes_member(*entry) && is_in_enough_rooms(entry->user_id)) {
            decision = fail(Errc::forbidden, "You are in as many chat rooms as one user may be in.");
            entry = nullptr;
        }
        if (entry == nullptr) {
            drafts_.push_back({false, others_.size()});
            others_.push_back(std::move(decision));
            continue;
        }
        drafts_.push_back({true, entries_.size()});
        before_.push_back(room.last_at());
        entries_.push_back(std::move(*entry));
        if (is_kept)
            rooms_.apply(room, entries_.back());
        else
            room.apply(entries_.back());
    }
}

/// What stands behind the first `kept` entries was not stored.
void Engine::take_back(Room& room, bool is_kept, std::size_t kept)
{
    for (std::size_t i = entries_.size(); i > kept; --i) {
        if (is_kept)
            rooms_.take_back(room, entries_[i - 1], before_[i - 1]);
        else
            room.take_back(entries_[i - 1], before_[i - 1]);
    }
}

Result<Outcome> Engine::answer_to(const Request& request, Result<Decision>& decision)
{
    if (decision)
        return stored(request.room_id, std::get<Already>(*decision).seq);
    // Who asks again for the room that it has made, as a broker does that heard no answer, is answered as the first
    // time.
    if (decision.error().code == Errc::conflict && std::holds_alternative<Create>(request.command))
        if (auto first = log_.find(request.room_id, 1); first && first->_id == request._id)
            return Outcome{*std::move(first), true};
    return fail(std::move(decision.error()));
}

/// Others have stored something: the room moves on by it. Null: it has to be loaded.
Room* Engine::read_on(Room& room)
{
    const auto entries = log_.behind(room.id(), room.head(), kReadOn);
    if (entries.empty() || entries.size() == kReadOn) {
        rooms_.erase(RoomId(room.id()));
        return nullptr;
    }
    for (const auto& entry : entries) {
        if (entry.seq != room.head() + 1)
            throw std::runtime_error("The log of the chat room " + room.id().hex() + " has a hole: it is damaged.");
        rooms_.apply(room, entry);
    }
    return &room;
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
