#include "bus/amqp_frames.hpp"

#include <algorithm>
#include <amqp.h>
#include <amqp_framing.h>
#include <array>
#include <stdexcept>

namespace wgw::bus::amqp {
namespace {

constexpr std::int32_t kUnusedMs = 60'000;  // then the queue of a process that is gone goes, too
constexpr std::size_t kShortText = 255;

amqp_bytes_t bytes(std::string_view text) { return {text.size(), const_cast<char*>(text.data())}; }

void append_u16(std::string& out, std::uint16_t value)
{
    out += static_cast<char>(value >> 8);
    out += static_cast<char>(value & 0xff);
}

void append_u32(std::string& out, std::uint32_t value)
{
    append_u16(out, static_cast<std::uint16_t>(value >> 16));
    append_u16(out, static_cast<std::uint16_t>(value & 0xffff));
}

void append_frame_head(std::string& out, FrameType type, std::uint16_t channel, std::size_t size)
{
    out += static_cast<char>(type);
    append_u16(out, channel);
    append_u32(out, static_cast<std::uint32_t>(size));
}

/// Encodes with `encode(room)` behind `fixed` bytes that stand already at the end of `out`, and makes it a frame.
template <class Encode>
void append_encoded(
    std::string& out, FrameType type, std::uint16_t channel, std::string_view fixed, std::size_t most, Encode encode
)
{
    const std::size_t begin = out.size();
    append_frame_head(out, type, channel, 0);
    out += fixed;
    const std::size_t at = out.size();
    out.resize(at + most);
    const int size = encode(amqp_bytes_t{most, out.data() + at});
    if (size < 0) {
        out.resize(begin);
        throw std::length_error("an AMQP frame has no room for what it should hold");
    }
    out.resize(at + static_cast<std::size_t>(size));
    const auto payload = static_cast<std::uint32_t>(out.size() - begin - kFrameHead);
    std::string number;
    append_u32(number, payload);
    out.replace(begin + 3, 4, number);
    out += kFrameEnd;
}

void append_method(std::string& out, std::uint16_t channel, Method method, void* fields)
{
    constexpr std::size_t kMost = 4'096;  // names of up to 255 bytes, and a few words
    std::string number;
    append_u32(number, static_cast<std::uint32_t>(method));
    append_encoded(out, FrameType::method, channel, number, kMost, [&](amqp_bytes_t room) {
        return amqp_encode_method(static_cast<amqp_method_number_t>(method), fields, room);
    });
}

std::string_view short_text(std::string_view text) { return text.substr(0, kShortText); }

amqp_table_entry_t number_entry(std::string_view name, std::int32_t number)
{
    amqp_table_entry_t entry{};
    entry.key = bytes(name);
    entry.value.kind = AMQP_FIELD_KIND_I32;
    entry.value.value.i32 = number;
    return entry;
}

amqp_table_entry_t text_entry(std::string_view name, std::string_view text)
{
    amqp_table_entry_t entry{};
    entry.key = bytes(name);
    entry.value.kind = AMQP_FIELD_KIND_UTF8;
    entry.value.value.bytes = bytes(text);
    return entry;
}

}  // namespace

void append_protocol_header(std::string& out) { out += std::string_view("AMQP\0\0\x09\x01", 8); }

void append_heartbeat(std::string& out)
{
    append_frame_head(out, FrameType::heartbeat, 0, 0);
    out += kFrameEnd;
}

void append_start_ok(std::string& out, std::string_view program, std::string_view user, std::string_view password)
{
    // Without these the broker closes the socket instead of saying why, or does not say that it takes nothing.
    std::array<amqp_table_entry_t, 3> abilities{};
    constexpr std::array<std::string_view, 3> kAbilities{
        "authentication_failure_close", "connection.blocked", "consumer_cancel_notify"
    };
    for (std::size_t i = 0; i < abilities.size(); ++i) {
        abilities[i].key = bytes(kAbilities[i]);
        abilities[i].value.kind = AMQP_FIELD_KIND_BOOLEAN;
        abilities[i].value.value.boolean = 1;
    }
    std::array<amqp_table_entry_t, 3> properties{};
    properties[0].key = bytes("product");
    properties[0].value.kind = AMQP_FIELD_KIND_UTF8;
    properties[0].value.value.bytes = bytes("WeGoWhere Chat");
    properties[1].key = bytes("connection_name");  // what the broker's own lists show
    properties[1].value.kind = AMQP_FIELD_KIND_UTF8;
    properties[1].value.value.bytes = bytes(program);
    properties[2].key = bytes("capabilities");
    properties[2].value.kind = AMQP_FIELD_KIND_TABLE;
    properties[2].value.value.table = {static_cast<int>(abilities.size()), abilities.data()};

    const std::string response = '\0' + std::string(user) + '\0' + std::string(password);
    amqp_connection_start_ok_t fields{};
    fields.client_properties = {static_cast<int>(properties.size()), properties.data()};
    fields.mechanism = bytes("PLAIN");
    fields.response = bytes(response);
    fields.locale = bytes("en_US");
    append_method(out, 0, Method::connection_start_ok, &fields);
}

void append_tune_ok(std::string& out, std::uint16_t channels, std::uint32_t most_frame, std::uint16_t heartbeat_s)
{
    amqp_connection_tune_ok_t fields{channels, most_frame, heartbeat_s};
    append_method(out, 0, Method::connection_tune_ok, &fields);
}

void append_open(std::string& out, std::string_view vhost)
{
    amqp_connection_open_t fields{};
    fields.virtual_host = bytes(short_text(vhost));
    append_method(out, 0, Method::connection_open, &fields);
}

void append_channel_open(std::string& out, std::uint16_t channel)
{
    amqp_channel_open_t fields{};
    append_method(out, channel, Method::channel_open, &fields);
}

void append_queue_declare(std::string& out, std::uint16_t channel, std::string_view queue, std::string_view heir)
{
    amqp_queue_declare_t fields{};
    fields.queue = bytes(short_text(queue));
    std::array<amqp_table_entry_t, 4> arguments{
        number_entry("x-message-ttl", kInheritMs),
        number_entry("x-expires", kUnusedMs),
        text_entry("x-dead-letter-exchange", ""),
        text_entry("x-dead-letter-routing-key", heir),
    };
    if (!heir.empty())
        fields.arguments = {static_cast<int>(arguments.size()), arguments.data()};
    append_method(out, channel, Method::queue_declare, &fields);
}

void append_qos(std::string& out, std::uint16_t channel, std::uint16_t prefetch)
{
    amqp_basic_qos_t fields{};
    fields.prefetch_count = prefetch;
    append_method(out, channel, Method::basic_qos, &fields);
}

void append_consume(std::string& out, std::uint16_t channel, std::string_view queue, std::string_view tag, bool no_ack)
{
    amqp_basic_consume_t fields{};
    fields.queue = bytes(short_text(queue));
    fields.consumer_tag = bytes(short_text(tag));
    fields.no_ack = no_ack ? 1 : 0;
    append_method(out, channel, Method::basic_consume, &fields);
}

void append_cancel(std::string& out, std::uint16_t channel, std::string_view tag)
{
    amqp_basic_cancel_t fields{};
    fields.consumer_tag = bytes(short_text(tag));
    append_method(out, channel, Method::basic_cancel, &fields);
}

void append_ack(std::string& out, std::uint16_t channel, std::uint64_t tag)
{
    amqp_basic_ack_t fields{};
    fields.delivery_tag = tag;
    append_method(out, channel, Method::basic_ack, &fields);
}

void append_requeue(std::string& out, std::uint16_t channel, std::uint64_t tag)
{
    amqp_basic_nack_t fields{};
    fields.delivery_tag = tag;
    fields.requeue = 1;
    append_method(out, channel, Method::basic_nack, &fields);
}

void append_close(std::string& out)
{
    amqp_connection_close_t fields{};
    fields.reply_code = 200;
    fields.reply_text = bytes("Goodbye");
    append_method(out, 0, Method::connection_close, &fields);
}

void append_close_ok(std::string& out)
{
    amqp_connection_close_ok_t fields{};
    append_method(out, 0, Method::connection_close_ok, &fields);
}

void append_publication(
    std::string& out, std::uint16_t channel, std::uint32_t most_frame, const Publication& message,
    std::optional<std::int64_t> ttl_ms
)
{
    amqp_basic_publish_t publish{};
    publish.routing_key = bytes(short_text(message.queue));
    append_method(out, channel, Method::basic_publish, &publish);

    std::array<amqp_table_entry_t, kMostHeaders> entries;
    std::size_t count = 0;
    std::size_t room_for_headers = 1'024;
    for (const auto& header : message.headers) {
        if (count == entries.size())
            break;
        auto& entry = entries[count++];
        entry.key = bytes(short_text(header.name));
        entry.value.kind = AMQP_FIELD_KIND_UTF8;
        entry.value.value.bytes = bytes(header.value);
        room_for_headers += header.name.size() + header.value.size() + 8;
    }
    const auto ttl = ttl_ms ? std::to_string(*ttl_ms) : std::string();
    amqp_basic_properties_t properties{};
    properties._flags = AMQP_BASIC_HEADERS_FLAG;  // also without one: that is how NestJS does it
    properties.headers = {static_cast<int>(count), entries.data()};
    if (message.is_transient) {
        properties._flags |= AMQP_BASIC_DELIVERY_MODE_FLAG;
        properties.delivery_mode = 1;
    }
    if (message.correlation_id) {
        properties._flags |= AMQP_BASIC_CORRELATION_ID_FLAG;
        properties.correlation_id = bytes(short_text(*message.correlation_id));
    }
    if (!message.message_id.empty()) {
        properties._flags |= AMQP_BASIC_MESSAGE_ID_FLAG;
        properties.message_id = bytes(short_text(message.message_id));
    }
    if (!message.reply_to.empty()) {
        properties._flags |= AMQP_BASIC_REPLY_TO_FLAG;
        properties.reply_to = bytes(short_text(message.reply_to));
    }
    if (ttl_ms) {
        properties._flags |= AMQP_BASIC_EXPIRATION_FLAG;
        properties.expiration = bytes(ttl);
    }
    std::string fixed;
    append_u16(fixed, AMQP_BASIC_CLASS);
    append_u16(fixed, 0);
    append_u32(fixed, 0);
    append_u32(fixed, static_cast<std::uint32_t>(message.body.size()));
    append_encoded(out, FrameType::header, channel, fixed, room_for_headers, [&](amqp_bytes_t room) {
        return amqp_encode_properties(AMQP_BASIC_CLASS, &properties, room);
    });

    const std::size_t piece = most_frame - kFrameHead - 1;
    for (std::size_t at = 0; at < message.body.size(); at += piece) {
        const auto part = std::string_view(message.body).substr(at, piece);
        append_frame_head(out, FrameType::body, channel, part.size());
        out += part;
        out += kFrameEnd;
    }
}

}  // namespace wgw::bus::amqp
