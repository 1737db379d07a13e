#include "chat/remote.hpp"

#include "base/all.hpp"
#include "bus/services.hpp"
#include "codec/json_text.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace wgw::chat {
namespace {

constexpr std::size_t kAtOnce = 16;  // rooms that are asked for their members

/// What a service answers of a stored message, as far as it is read.
struct Stored {
    Id _id;
    RoomId room_id;
    UserId user_id;
    Timestamp created_at;
    Seq seq = 0;
    std::optional<std::string> client_msg_id;
};

constexpr auto kStored = fields<Stored>(
    field("_id", &Stored::_id, mongo_id, "Its id."), field("room_id", &Stored::room_id, mongo_id, "The room."),
    field("user_id", &Stored::user_id, mongo_id, "Its author."), field("created_at", &Stored::created_at, any, "When."),
    field("seq", &Stored::seq, any, "Its place; the original has none."),
    field("client_msg_id", &Stored::client_msg_id, any, "The key; the original has none.")
);

struct RoomName {
    RoomId _id;
};
constexpr auto kRoomName = fields<RoomName>(field("_id", &RoomName::_id, mongo_id, "Its id."));

struct MemberName {
    UserId user_id;
};
constexpr auto kMemberName = fields<MemberName>(field("user_id", &MemberName::user_id, mongo_id, "The member."));

Failure broken(Errc code, std::string cause)
{
    Failure failure = code;
    failure.cause = std::move(cause);
    return failure;
}

std::string data_of(const RoomId& room, const Send& send)
{
    std::string data = R"({"room_id":")" + room.hex() + R"(","content":)";
    append_json_string(data, send.content);
    if (send.client_msg_id) {
        data += R"(,"client_msg_id":)";
        append_json_string(data, *send.client_msg_id);
    }
    return data += '}';
}

template <class T, std::size_t N>
std::vector<T> read_list(const Fields<T, N>& fields, const Result<bus::Answer>& answer, bus::Pattern pattern)
{
    if (!answer)
        throw Refused(answer.error());
    if (answer->kind == bus::Answer::Kind::no_handler)
        throw Refused(bus::no_handler(pattern));
    if (answer->kind != bus::Answer::Kind::value || !JsonValue(answer->json).is_array())
        throw std::runtime_error("The chat service answered without a list: " + std::string(pattern.name));
    std::vector<T> items;
    auto elements = JsonValue(answer->json).elements();
    while (const auto element = elements.next())
        if (auto item = read_object(fields, *element))
            items.push_back(*std::move(item));
    return items;
}

}  // namespace

RemoteChat::RemoteChat(
    bus::BatchingCalls& calls, user::UserCache& users, IdSource& ids, const Clock& clock, const Owners* owners
)
    : calls_(calls), users_(users), ids_(ids), clock_(clock), owners_(owners), tasks_([](std::exception_ptr) {})
{
}

void RemoteChat::submit(RoomId room, const Caller& caller, Command command, Reply reply)
{
    auto* send = std::get_if<Send>(&command);
    if (send == nullptr)
        return reply(fail(broken(Errc::internal, "Over the bus this command is an operation.")));
    const Lane lane{room, caller.user_id};
    if (is_doubtful(lane))
        return reply(fail(broken(Errc::unavailable, "What became of the send before is not known.")));
    auto& waiting = lanes_[lane];
    if (under_way_ >= kMost || waiting.size() >= kMostOfALane) {
        if (waiting.empty())
            lanes_.erase(lane);
        return reply(fail(broken(Errc::unavailable, "Too many sends wait for the chat service.")));
    }
    ++under_way_;
    waiting.push_back(
        {ids_.next(), clock_.monotonic() + bus::Calls::kPatience, caller.origin, std::move(*send), std::move(reply)}
    );
    if (waiting.size() == 1)
        tasks_.spawn(run(lane));
}

bool RemoteChat::is_doubtful(const Lane& lane)
{
    for (const Instant now = clock_.monotonic(); !doubts_.empty() && doubts_.front().first <= now; doubts_.pop_front())
        doubtful_.erase(doubts_.front().second);
    return doubtful_.contains(lane);
}

Task<void> RemoteChat::run(Lane lane)
{
    const auto found = lanes_.find(lane);
    auto& waiting = found->second;
    while (!waiting.empty()) {
        auto saved = co_await save(lane, waiting);
        const auto count = saved.outcomes.size();
        const auto is_unknown = [](const auto& outcome) { return !outcome && outcome.error().http_status() >= 500; };
        std::deque<Waiting> behind;
        if (std::ranges::any_of(saved.outcomes, is_unknown)) {
            const auto first_behind = waiting.begin() + static_cast<std::ptrdiff_t>(count);
            behind.assign(std::make_move_iterator(first_behind), std::make_move_iterator(waiting.end()));
            waiting.erase(first_behind, waiting.end());
            if (saved.was_asked && doubtful_.insert(lane).second)
                doubts_.emplace_back(clock_.monotonic() + kDoubt, lane);
        }
        under_way_ -= count + behind.size();
        for (std::size_t i = 0; i < count; ++i) {
            auto& outcome = saved.outcomes[i];
            Reply reply = std::move(waiting[i].reply);
            if (outcome && !outcome->duplicate && listener_)
                listener_(outcome->entry);
            reply(std::move(outcome));
        }
        for (auto& never_sent : behind)
            never_sent.reply(fail(broken(Errc::unavailable, "What became of the send before is not known.")));
        // Behind the replies: what they submit waits in this lane.
        waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count));
    }
    lanes_.erase(found);
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): run() awaits it, and keeps both
Task<RemoteChat::Saved> RemoteChat::save(const Lane& lane, std::deque<Waiting>& waiting)
{
    Saved saved;
    const Duration patience = waiting.front().deadline - clock_.monotonic();
    if (patience <= Duration{0}) {
        saved.outcomes.push_back(fail(broken(Errc::unavailable, "The chat service has not come to this send in time."))
        );
        co_return saved;
    }
    std::string owner = owners_ != nullptr ? owners_->of(lane.first) : std::string();
    std::vector<bus::Request> requests;
    std::vector<Send> sends;
    std::size_t bytes = 0;
    for (auto& next : waiting) {
        bytes += next.send.content.size();
        if (!requests.empty() && (owner.empty() || requests.size() == kMostTogether || bytes > kMostBytesTogether))
            break;
        requests.push_back(request_of(lane, next, owner));
        sends.push_back(std::move(next.send));
    }
    Failure failure = Errc::internal;
    saved.was_asked = true;
    try {
        const auto answers = co_await ask(std::move(owner), std::move(requests), patience);
        for (std::size_t i = 0; i < answers.size(); ++i)
            saved.outcomes.push_back(read_outcome(answers[i], std::move(sends[i])));
        co_return saved;
    } catch (const bus::NotAsked& away) {
        saved.was_asked = false;
        failure = broken(Errc::unavailable, away.what());
    } catch (const Unavailable& away) {
        failure = broken(Errc::unavailable, away.what());
    } catch (const std::exception& error) {
        failure.cause = error.what();
    }
    saved.outcomes.assign(sends.size(), Result<Outcome>(fail(std::move(failure))));
    co_return saved;
}

bus::Request RemoteChat::request_of(const Lane& lane, Waiting& next, std::string_view owner) const
{
    bus::Request request{std::string(patterns::kSaveMessage.name), data_of(lane.first, next.send)};
    if (next.by.authorization)
        request.headers.push_back({"authorization", *next.by.authorization});
    request.request_id = std::move(next.by.request_id);
    request.headers.push_back({std::string(bus::kIdHeader), next.id.hex()});
    if (!owner.empty()) {
        const Duration patience = next.deadline - clock_.monotonic();
        request.headers.push_back(
            {std::string(bus::kUntilHeader), std::to_string(clock_.now().unix_ms + patience.count())}
        );
    }
    return request;
}

Task<std::vector<Result<bus::Answer>>> RemoteChat::ask(
    std::string owner, std::vector<bus::Request> requests, Duration patience
)
{
    std::vector<bus::Answer> answers;
    if (owner.empty())
        answers.push_back(co_await calls_.call(patterns::kSaveMessage.queue(), std::move(requests.front()), patience));
    else
        answers = co_await calls_.call_together(std::move(owner), std::move(requests), patience);
    std::vector<Result<bus::Answer>> results;
    for (auto& answer : answers)
        results.push_back(bus::result_of(std::move(answer), patterns::kSaveMessage));
    co_return results;
}

Result<Outcome> RemoteChat::read_outcome(const Result<bus::Answer>& answered, Send send)
{
    if (!answered)
        return fail(answered.error());
    const auto& answer = *answered;
    if (answer.kind == bus::Answer::Kind::no_handler)
        return fail(bus::no_handler(patterns::kSaveMessage));
    const bool is_value = answer.kind == bus::Answer::Kind::value;
    const auto stored = is_value ? read_object(kStored, JsonValue(answer.json)) : std::nullopt;
    if (!stored)
        return fail(broken(Errc::internal, "The chat service answered with something that is no message."));
    const JsonValue json(answer.json);
    if (const auto author = json.find("user"); author && author->is_object())
        users_.put(stored->user_id, std::string(author->text()));
    Outcome outcome;
    Entry& entry = outcome.entry;
    entry.room_id = stored->room_id;
    entry.seq = stored->seq;
    entry._id = stored->_id;
    entry.user_id = stored->user_id;
    entry.client_msg_id = stored->client_msg_id;
    if (!entry.client_msg_id)
        entry.client_msg_id = std::move(send.client_msg_id);
    entry.at = stored->created_at;
    entry.body = R"({"content":)";
    append_json_string(entry.body, send.content);
    entry.body += '}';
    outcome.duplicate = !bus::header_of(answer.headers, bus::kDuplicateHeader).empty();
    return outcome;
}

Task<std::vector<RoomHead>> RemoteChat::rooms_of(Caller caller)
{
    auto answer = co_await bus::call(calls_, patterns::kFindOwnRooms, "{}", caller.origin);
    if (answer && answer->kind == bus::Answer::Kind::no_handler)
        co_return co_await ask_each_room(caller.user_id, std::move(caller.origin));
    co_return read_list(kRoomHead, answer, patterns::kFindOwnRooms);
}

Task<std::vector<RoomHead>> RemoteChat::ask_each_room(UserId user, Origin by)
{
    const auto answer = co_await bus::call(calls_, patterns::kFindRooms, "{}", by);
    const auto rooms = read_list(kRoomName, answer, patterns::kFindRooms);
    std::vector<RoomHead> found;
    for (std::size_t begin = 0; begin < rooms.size(); begin += kAtOnce) {
        std::vector<Task<void>> tasks;
        for (std::size_t i = begin; i < std::min(begin + kAtOnce, rooms.size()); ++i)
            tasks.push_back(look_into({rooms[i]._id, 0}, user, by, found));
        co_await all(std::move(tasks));
    }
    co_return found;
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): ask_each_room() waits for it
Task<void> RemoteChat::look_into(RoomHead room, UserId user, Origin by, std::vector<RoomHead>& found)
{
    std::string data = R"({"room_id":")" + room.room_id.hex() + "\"}";
    const auto answer = co_await bus::call(calls_, patterns::kFindMembers, std::move(data), std::move(by));
    if (!answer && answer.error().http_status() < 500)
        co_return;  // one of ours, who tells only members
    const auto members = read_list(kMemberName, answer, patterns::kFindMembers);
    if (std::ranges::find(members, user, &MemberName::user_id) != members.end())
        found.push_back(room);
}

}  // namespace wgw::chat
