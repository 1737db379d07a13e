#include "chat/remote_log.hpp"

#include "bus/services.hpp"
#include "chat/entry_hint.hpp"
#include "codec/base64.hpp"
#include "codec/json_text.hpp"

#include <algorithm>
#include <stdexcept>

namespace wgw::chat {
namespace {

constexpr std::size_t kMostEntries = 1'000;
constexpr std::size_t kMostRooms = 10'000;
constexpr std::int64_t kMostSpanMs = 600'000;

void write_entries(std::string& out, const std::vector<Entry>& entries)
{
    out += '[';
    for (std::size_t i = 0; i < entries.size(); ++i)
        out.append(i == 0 ? "\"" : ",\"").append(base64_encode(encode_hint(entries[i]))).append("\"");
    out += ']';
}

void write_heads(std::string& out, const std::vector<RoomHead>& heads)
{
    out += '[';
    for (std::size_t i = 0; i < heads.size(); ++i)
        out.append(i == 0 ? R"({"room_id":")" : R"(,{"room_id":")")
            .append(heads[i].room_id.hex())
            .append(R"(","seq":)")
            .append(std::to_string(heads[i].seq))
            .append("}");
    out += ']';
}

// What is answered is read like anything from outside: what is wrong is an exception, and asked for again later.

[[noreturn]] void wrong(std::string_view what)
{
    throw std::runtime_error("The chat service has answered with something that is not " + std::string(what) + ".");
}

JsonValue::Elements elements_of(JsonValue json)
{
    if (!json.is_array())
        wrong("a list");
    return json.elements();
}

std::vector<Entry> read_entries(JsonValue json)
{
    std::vector<Entry> entries;
    auto elements = elements_of(json);
    while (const auto element = elements.next()) {
        const auto bytes = base64_decode(element->string());
        auto entry = bytes ? decode_hint(*bytes) : std::nullopt;
        if (!entry)
            wrong("an entry");
        entries.push_back(*std::move(entry));
    }
    return entries;
}

std::vector<RoomHead> read_heads(JsonValue json)
{
    std::vector<RoomHead> heads;
    auto elements = elements_of(json);
    while (const auto element = elements.next()) {
        const auto head = read_object(kRoomHead, *element);
        if (!head || head->seq < 0 || head->seq > kMaxSeq)
            wrong("the head of a room");
        heads.push_back(*head);
    }
    return heads;
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): they outlive what is asked of them
Task<std::string> ask(bus::Calls& calls, bus::Pattern pattern, std::string data)
{
    auto answer = co_await bus::call(calls, pattern, std::move(data), {});
    if (!answer)
        throw Refused(answer.error());
    if (answer->kind != bus::Answer::Kind::value)
        throw Refused(bus::no_handler(pattern));
    co_return std::move(answer->json);
}

/// Checked JSON, as the bus gives it.
std::string_view data_of(const bus::Request& request)
{
    return request.data.empty() ? std::string_view("{}") : std::string_view(request.data);
}

std::int64_t number_in(JsonValue data, std::string_view name, std::int64_t most)
{
    const auto value = data.is_object() ? data.find(name) : std::nullopt;
    const auto number = value && value->type() == JsonType::number ? value->integer() : std::nullopt;
    return std::clamp<std::int64_t>(number.value_or(0), 0, most);
}

std::optional<RoomId> room_in(JsonValue data)
{
    const auto value = data.is_object() ? data.find("room_id") : std::nullopt;
    return value ? Id::parse(value->string()) : std::nullopt;
}

struct Parts {
    LogReader& log;
};

Task<Result<bus::Answer>> find_entries(Parts parts, bus::Request request, Caller)
{
    const JsonValue data(data_of(request));
    const auto room = room_in(data);
    if (!room)
        co_return fail(Errc::validation_failed);
    const auto after = number_in(data, "after", kMaxSeq);
    const auto limit = static_cast<std::size_t>(number_in(data, "limit", kMostEntries));
    const auto entries = co_await parts.log.entries(*room, after, limit);
    std::string out;
    write_entries(out, entries);
    co_return bus::value(std::move(out));
}

Task<Result<bus::Answer>> find_heads(Parts parts, bus::Request request, Caller)
{
    const JsonValue data(data_of(request));
    const auto list = data.is_object() ? data.find("rooms") : std::nullopt;
    std::vector<RoomId> rooms;
    if (list) {
        auto elements = list->elements();
        while (const auto element = elements.next())
            if (const auto room = Id::parse(element->string()); room && rooms.size() < kMostRooms)
                rooms.push_back(*room);
    }
    const auto heads = co_await parts.log.heads(std::move(rooms));
    std::string out;
    write_heads(out, heads);
    co_return bus::value(std::move(out));
}

Task<Result<bus::Answer>> find_recent(Parts parts, bus::Request request, Caller)
{
    const Duration span(number_in(JsonValue(data_of(request)), "span_ms", kMostSpanMs));
    const auto recent = co_await parts.log.recent(span);
    std::string out = R"({"heads":)";
    write_heads(out, recent.heads);
    out += R"(,"joins":)";
    write_entries(out, recent.joins);
    out += '}';
    co_return bus::value(std::move(out));
}

constexpr bus::OperationRow<Parts> kRows[] = {
    {patterns::kFindEntries, find_entries},
    {patterns::kFindHeads,   find_heads  },
    {patterns::kFindRecent,  find_recent },
};

}  // namespace

Task<std::vector<Entry>> RemoteLog::entries(RoomId room, Seq after, std::size_t limit)
{
    std::string data = R"({"room_id":")" + room.hex() + R"(","after":)" + std::to_string(after) + R"(,"limit":)" +
                       std::to_string(limit) + "}";
    const auto json = co_await ask(calls_, patterns::kFindEntries, std::move(data));
    auto entries = read_entries(JsonValue(json));
    if (entries.size() > limit)
        wrong("a page of what was asked for");
    for (Seq seq = after; const auto& entry : entries)
        if (entry.room_id != room || entry.seq != ++seq)
            wrong("what stands in the room behind its " + std::to_string(after));
    co_return entries;
}

Task<std::vector<RoomHead>> RemoteLog::heads(std::vector<RoomId> rooms)
{
    std::string data = R"({"rooms":[)";
    for (std::size_t i = 0; i < rooms.size(); ++i)
        data.append(i == 0 ? "\"" : ",\"").append(rooms[i].hex()).append("\"");
    data += "]}";
    const auto json = co_await ask(calls_, patterns::kFindHeads, std::move(data));
    auto heads = read_heads(JsonValue(json));
    if (heads.size() > rooms.size())
        wrong("the heads of the rooms that were asked for");
    co_return heads;
}

Task<LogReader::Recent> RemoteLog::recent(Duration span)
{
    std::string data = R"({"span_ms":)" + std::to_string(span.count()) + "}";
    const auto json = co_await ask(calls_, patterns::kFindRecent, std::move(data));
    const JsonValue answer(json);
    const auto heads = answer.is_object() ? answer.find("heads") : std::nullopt;
    const auto joins = answer.is_object() ? answer.find("joins") : std::nullopt;
    if (!heads || !joins)
        wrong("what was stored lately");
    co_return Recent{read_heads(*heads), read_entries(*joins)};
}

bus::Operations log_operations(LogReader& log) { return bus::operations_of<Parts>(kRows, Parts{log}); }

}  // namespace wgw::chat
