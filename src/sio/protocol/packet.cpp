#include "sio/protocol/packet.hpp"

#include "codec/json_text.hpp"
#include "codec/utf8.hpp"
#include "sio/protocol/placeholders.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace wgw::sio {

namespace {

using enum PacketType;

// Names that a client library would take for its own events (and, in the reference server, for an emitter's).
constexpr std::string_view kReserved[] = {"connect",       "connect_error", "disconnect",
                                          "disconnecting", "newListener",   "removeListener"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_binary(PacketType type) { return type == binary_event || type == binary_ack; }

/// Takes decimal digits from the front of `rest`. Precondition: it starts with one. Nothing if it is above `max`.
std::optional<std::int64_t> take_number(std::string_view& rest, std::int64_t max)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc() || number > max)
        return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return number;
}

bool has_event_name(std::string_view json)
{
    const auto name = JsonValue(json).elements().next();
    if (!name)
        return false;
    if (!name->is_string())
        return name->type() == JsonType::number;
    return std::ranges::find(kReserved, name->string()) == std::end(kReserved);
}

std::string header(const Packet& packet)
{
    std::string out(1, static_cast<char>(packet.type));
    if (is_binary(packet.type))
        out.append(std::to_string(packet.attachments)).append("-");
    if (packet.nsp != "/")
        out.append(packet.nsp).append(",");
    if (packet.ack)
        out.append(std::to_string(*packet.ack));
    return out;
}

}  // namespace

bool is_payload(PacketType type, std::string_view json)
{
    switch (type) {
    case connect:
        return json.empty() || json.front() == '{';
    case disconnect:
        return json.empty();
    case connect_error:
        return json.starts_with('{') || json.starts_with('"');
    case event:
    case binary_event:
        return json.starts_with('[') && has_event_name(json);
    case ack:
    case binary_ack:
        return json.starts_with('[');
    }
    return false;
}

std::expected<Packet, PacketError> decode(std::string_view text, int max_attachments, JsonLimits limits)
{
    if (text.empty() || text.front() < '0' || text.front() > '6')
        return std::unexpected(PacketError::unknown_type);
    Packet packet{.type = static_cast<PacketType>(text.front())};
    auto rest = text.substr(1);

    if (is_binary(packet.type)) {
        if (rest.empty() || !is_digit(rest.front()))
            return std::unexpected(PacketError::attachment_count);
        const auto count = take_number(rest, max_attachments);
        if (!count || *count == 0 || !rest.starts_with('-'))
            return std::unexpected(PacketError::attachment_count);
        packet.attachments = static_cast<int>(*count);
        rest.remove_prefix(1);
    }
    if (rest.starts_with('/')) {
        const auto end = rest.find(',');
        packet.nsp = rest.substr(0, end);
        if (packet.nsp.size() > kMaxNamespaceBytes)
            return std::unexpected(PacketError::nsp);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    if (!rest.empty() && is_digit(rest.front())) {
        packet.ack = take_number(rest, kMaxAck);
        if (!packet.ack)
            return std::unexpected(PacketError::ack_id);
    }

    // JSON may start with white space, a packet's payload does not: Node reads a space there as ack id 0.
    packet.json = rest;
    if (!rest.empty() &&
        (static_cast<unsigned char>(rest.front()) <= ' ' || json_check(rest, limits) != JsonError::none))
        return std::unexpected(PacketError::json);
    if (!is_payload(packet.type, packet.json))
        return std::unexpected(PacketError::wrong_payload);
    if (is_binary(packet.type) && !placeholders_fit(packet.json, packet.attachments))
        return std::unexpected(PacketError::placeholder);
    return packet;
}

std::string encode(const Packet& packet) { return header(packet).append(packet.json); }

Frame to_frame(const Packet& packet) { return Frame::text("4" + header(packet), packet.json); }

std::string event_json(std::string_view name, std::string_view arguments)
{
    if (std::ranges::find(kReserved, name) != std::end(kReserved))
        throw std::invalid_argument("\"" + std::string(name) + "\" is a reserved event name");
    if (!is_utf8(name))
        return event_json(to_utf8(name), arguments);
    std::string out;
    out.reserve(name.size() + arguments.size() + 8);
    out += '[';
    append_json_string(out, name);
    if (!arguments.empty())
        out.append(",").append(arguments);
    return out += ']';
}

}  // namespace wgw::sio
