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
            is_behind = attempt(alone_, {&one, 1}, is_behind);
    } catch (...) {
        forget_all();
        throw;
    }
    return asked.outcome ? *std::move(asked.outcome) : fail(Errc::unavailable);
}

void Engine::execute(std::span<Asked* const> batch, const Clock& clock, const Pause& pause)
{
    std::vector<Turn> turns;
    std::unordered_map<RoomId, std::size_t> places;
    for (Asked* asked : batch) {
        const auto [place, is_new] = places.try_emplace(asked->request->room_id, turns.size());
        if (is_new)
            turns.emplace_back();
        turns[place->second].asked.push_back(asked);
    }
    const auto drop_answered = [&turns] { std::erase_if(turns, [](const Turn& turn) { return turn.asked.empty(); }); };
    // All rooms have their turn before one is tried again: the pause is for those alone that met somebody.
    while (true) {
        for (auto& turn : turns)
            give_up_late(turn, clock.monotonic());
        drop_answered();
        if (turns.empty())
            return;
        const auto others = std::ranges::partition(turns, &Turn::only_sends);
        attempt_together({turns.begin(), others.begin()});
        for (auto& turn : others) {
            guard(turn, [&] { turn.is_behind = attempt(turn.plan, turn.asked, turn.is_behind); });
            settle(turn);
        }
        drop_answered();
        const auto most = std::ranges::max_element(turns, {}, &Turn::tries);
        if (most != turns.end() && most->tries > 0)
            pause(most->tries);
    }
}

/// Its sender may have sent something else since, which must not be stored in front of it.
void Engine::give_up_late(Turn& turn, Instant now)
{
    std::erase_if(turn.asked, [now](Asked* asked) {
        if (asked->deadline > now)
            return false;
        asked->outcome = fail(Errc::unavailable);
        return true;
    });
}

/// Joins are counted in the log, so each has to be there before the next is decided.
bool Engine::Turn::only_sends() const
{
    const auto is_send = [](const Asked* one) { return std::holds_alternative<Send>(one->request->command); };
    return std::ranges::all_of(asked, is_send);
}

/// One try at each room, with one append for all of them.
void Engine::attempt_together(std::span<Turn> turns)
{
    std::vector<std::span<const Entry>> parts;
    for (auto& turn : turns) {
        guard(turn, [&] { prepare(turn.plan, turn.asked, turn.is_behind); });
        if (!turn.error && !turn.plan.entries.empty())
            parts.emplace_back(turn.plan.entries);
    }
    std::vector<LogStore::Part> results;
    std::exception_ptr error;
    if (!parts.empty()) {
        try {
            results = log_.append_each(parts);
        } catch (...) {
            error = std::current_exception();
        }
        counts_.appends.add();
    }
    auto result = results.begin();
    for (auto& turn : turns) {
        guard(turn, [&] {
            LogStore::Appended appended;
            if (!turn.plan.entries.empty()) {
                if (error)
                    std::rethrow_exception(error);
                auto& part = *result++;
                if (part.error)
                    std::rethrow_exception(part.error);
                appended = std::move(part.appended);
                counts_.entries.add(appended.kept);
            }
            turn.is_behind = conclude(turn.plan, std::move(appended));
        });
        settle(turn);
    }
}

/// A step of a try. What the log throws is the error of this room alone.
template <class Step>
void Engine::guard(Turn& turn, Step step)
{
    if (turn.error)
        return;
    try {
        step();
    } catch (...) {
        turn.error = std::current_exception();
        rooms_.erase(turn.plan.room());
        log_.forget();
    }
}

/// Behind a try: who was answered is done, and so are all if it has failed or was one too many.
void Engine::settle(Turn& turn)
{
    const auto answered = std::erase_if(turn.asked, [](const Asked* asked) { return asked->is_answered(); });
    turn.tries = answered > 0 ? 0 : turn.tries + 1;
    if (!turn.error && turn.tries < kMaxAttempts)
        return;
    for (Asked* asked : turn.asked) {
        asked->error = turn.error;
        if (!turn.error)
            asked->outcome = fail(Errc::unavailable);
    }
    turn.asked.clear();
}

/// Answers some of `asked`, from the front. True: others have stored something that this engine has not seen, so none
/// or not all were answered. `is_behind`: that is what the last attempt found.
bool Engine::attempt(Plan& plan, std::span<Asked* const> asked, bool is_behind)
{
    prepare(plan, asked, is_behind);
    LogStore::Appended appended;
    if (!plan.entries.empty()) {
        appended = log_.append(plan.entries);
        counts_.appends.add();
        counts_.entries.add(appended.kept);
    }
    return conclude(plan, std::move(appended));
}

/// What others have stored is read here and not by the attempt that has found it, because of the pause between them:
/// what was read before it would be old.
void Engine::prepare(Plan& plan, std::span<Asked* const> asked, bool is_behind)
{
    plan.asked = asked;
    plan.absent.reset();
    const RoomId id = plan.room();
    Room* room = rooms_.find(id);
    plan.is_remembered = room != nullptr && !is_behind;
    if (room != nullptr && is_behind)
        room = read_on(*room);
    if (room == nullptr)
        if (auto loaded = log_.load(id))
            room = &rooms_.put(*std::move(loaded));
    // A room that does not exist is not remembered: whoever guesses ids would push out those that do.
    if (room == nullptr)
        plan.absent.emplace(id);
    decide(plan, room != nullptr ? *room : *plan.absent, room != nullptr);
}

bool Engine::conclude(Plan& plan, LogStore::Appended appended)
{
    // Null: rooms that were used since have pushed it out, with all that was decided.
    Room* room = plan.absent ? nullptr : rooms_.find(plan.room());
    if (room != nullptr)
        take_back(plan, *room, true, appended.kept);
    else if (plan.absent)
        take_back(plan, *plan.absent, false, appended.kept);
    if (plan.absent && appended.kept > 0)
        room = &rooms_.put(*std::move(plan.absent));

    // Whether the room was at the log's head when this was decided: only then a refusal counts.
    const bool was_at_head = !plan.is_remembered || appended.kept > 0 ||
                             (plan.entries.empty() && room != nullptr && log_.head(plan.room()) == room->head());
    for (std::size_t i = 0; i < plan.asked.size(); ++i) {
        const Draft draft = plan.drafts[i];
        if (!draft.is_entry) {
            if (was_at_head)
                plan.asked[i]->outcome = answer_to(*plan.asked[i]->request, plan.others[draft.place]);
        } else if (draft.place < appended.kept) {
            plan.asked[i]->outcome.emplace(Outcome{std::move(plan.entries[draft.place]), false});
        } else {
            // What comes behind it was decided and numbered on an entry that is not there.
            if (!appended.taken) {
                counts_.fences.add();
                return true;
            }
            plan.asked[i]->outcome = judge(plan.entries[draft.place], *std::move(appended.taken));
            return false;
        }
    }
    return !was_at_head;
}

/// Each on the state that the ones before it make. `is_kept`: the room is in rooms_.
void Engine::decide(Plan& plan, Room& room, bool is_kept)
{
    plan.drafts.clear();
    plan.entries.clear();
    plan.before.clear();
    plan.others.clear();
    for (const Asked* one : plan.asked) {
        const auto& request = *one->request;
        auto decision = room.decide(request.command, request.caller, request.now, request._id, limits_);
        auto* entry = decision ? std::get_if<Entry>(&*decision) : nullptr;
        if (entry != nullptr && makes_member(*entry) && is_in_enough_rooms(entry->user_id)) {
            decision = fail(Errc::forbidden, "You are in as many chat rooms as one user may be in.");
            entry = nullptr;
        }
        if (entry == nullptr) {
            plan.drafts.push_back({false, plan.others.size()});
            plan.others.push_back(std::move(decision));
            continue;
        }
        plan.drafts.push_back({true, plan.entries.size()});
        plan.before.push_back(room.last_at());
        plan.entries.push_back(std::move(*entry));
        if (is_kept)
            rooms_.apply(room, plan.entries.back());
        else
            room.apply(plan.entries.back());
    }
}

/// What stands behind the first `kept` entries was not stored.
void Engine::take_back(Plan& plan, Room& room, bool is_kept, std::size_t kept)
{
    for (std::size_t i = plan.entries.size(); i > kept; --i) {
        if (is_kept)
            rooms_.take_back(room, plan.entries[i - 1], plan.before[i - 1]);
        else
            room.take_back(plan.entries[i - 1], plan.before[i - 1]);
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
