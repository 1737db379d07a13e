#include "bus/amqp_frames.hpp"

#include <algorithm>
#include <amqp.h>
#include <amqp_framing.h>
#include <charconv>

namespace wgw::bus::amqp {
namespace {

amqp_bytes_t bytes(std::string_view text) { return {text.size(), const_cast<char*>(text.data())}; }
std::string_view text(amqp_bytes_t bytes) { return {static_cast<const char*>(bytes.bytes), bytes.len}; }

/// As JavaScript would make a text of it, roughly; nothing: it has none.
std::optional<std::string> text_of(const amqp_field_value_t& value)
{
    switch (value.kind) {
    case AMQP_FIELD_KIND_UTF8:
    case AMQP_FIELD_KIND_BYTES:
        return std::string(text(value.value.bytes));
    case AMQP_FIELD_KIND_BOOLEAN:
        return value.value.boolean != 0 ? "true" : "false";
    case AMQP_FIELD_KIND_I8:
        return std::to_string(value.value.i8);
    case AMQP_FIELD_KIND_U8:
        return std::to_string(value.value.u8);
    case AMQP_FIELD_KIND_I16:
        return std::to_string(value.value.i16);
    case AMQP_FIELD_KIND_U16:
        return std::to_string(value.value.u16);
    case AMQP_FIELD_KIND_I32:
        return std::to_string(value.value.i32);
    case AMQP_FIELD_KIND_U32:
        return std::to_string(value.value.u32);
    case AMQP_FIELD_KIND_I64:
        return std::to_string(value.value.i64);
    case AMQP_FIELD_KIND_U64:
    case AMQP_FIELD_KIND_TIMESTAMP:
        return std::to_string(value.value.u64);
    case AMQP_FIELD_KIND_F32:
        return std::to_string(value.value.f32);
    case AMQP_FIELD_KIND_F64:
        return std::to_string(value.value.f64);
    case AMQP_FIELD_KIND_TABLE:
    case AMQP_FIELD_KIND_ARRAY:
    case AMQP_FIELD_KIND_DECIMAL:
        return "[object Object]";
    default:
        return {};
    }
}

std::optional<Duration> duration_of(std::string_view text)
{
    std::int64_t ms = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
    if (error != std::errc() || end != text.data() + text.size() || ms < 0)
        return {};
    return Duration(std::min<std::int64_t>(ms, Duration(std::chrono::hours(24)).count()));
}

std::uint16_t read_u16(std::string_view bytes)
{
    return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[0]) << 8 | static_cast<unsigned char>(bytes[1]));
}

std::uint32_t read_u32(std::string_view bytes)
{
    return std::uint32_t{read_u16(bytes)} << 16 | read_u16(bytes.substr(2));
}

std::uint64_t read_u64(std::string_view bytes)
{
    return std::uint64_t{read_u32(bytes)} << 32 | read_u32(bytes.substr(4));
}

}  // namespace

Took take_frame(std::string_view& in, std::uint32_t most, Frame& frame)
{
    if (in.size() < kFrameHead)
        return Took::incomplete;
    const std::uint32_t size = read_u32(in.substr(3));
    if (size > most)
        return Took::broken;
    if (in.size() < kFrameHead + size + 1)
        return Took::incomplete;
    if (in[kFrameHead + size] != kFrameEnd)
        return Took::broken;
    frame = {static_cast<FrameType>(in[0]), read_u16(in.substr(1)), in.substr(kFrameHead, size)};
    in.remove_prefix(kFrameHead + size + 1);
    return Took::frame;
}

std::optional<Method> method_of(std::string_view payload)
{
    if (payload.size() < 4)
        return {};
    return static_cast<Method>(read_u32(payload));
}

struct Reader::Pool {
    Pool() { init_amqp_pool(&pool, 4'096); }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool() { empty_amqp_pool(&pool); }

    /// Of a method frame's payload; null: it is broken. Until the next one.
    template <class Fields>
    const Fields* read(std::string_view payload)
    {
        if (payload.size() < 4)
            return nullptr;
        recycle_amqp_pool(&pool);
        void* decoded = nullptr;
        if (amqp_decode_method(read_u32(payload), &pool, bytes(payload.substr(4)), &decoded) < 0)
            return nullptr;
        return static_cast<const Fields*>(decoded);
    }

    amqp_pool_t pool;
};

Reader::Reader() : pool_(std::make_unique<Pool>()) {}
Reader::~Reader() = default;

std::optional<Start> Reader::start(std::string_view payload)
{
    const auto* fields = pool_->read<amqp_connection_start_t>(payload);
    if (fields == nullptr)
        return {};
    Start start{text(fields->mechanisms), {}};
    for (int i = 0; i < fields->server_properties.num_entries; ++i) {
        const auto& [key, value] = fields->server_properties.entries[i];
        if (text(key) == "version" && value.kind == AMQP_FIELD_KIND_UTF8)
            start.version = text(value.value.bytes);
    }
    return start;
}

std::optional<Tune> Reader::tune(std::string_view payload)
{
    const auto* fields = pool_->read<amqp_connection_tune_t>(payload);
    if (fields == nullptr)
        return {};
    return Tune{fields->channel_max, fields->frame_max, fields->heartbeat};
}

std::optional<Close> Reader::close(std::string_view payload)
{
    if (method_of(payload) == Method::channel_close) {
        const auto* fields = pool_->read<amqp_channel_close_t>(payload);
        return fields == nullptr ? std::nullopt : std::optional(Close{fields->reply_code, text(fields->reply_text)});
    }
    const auto* fields = pool_->read<amqp_connection_close_t>(payload);
    return fields == nullptr ? std::nullopt : std::optional(Close{fields->reply_code, text(fields->reply_text)});
}

std::optional<Deliver> Reader::deliver(std::string_view payload)
{
    const auto* fields = pool_->read<amqp_basic_deliver_t>(payload);
    if (fields == nullptr)
        return {};
    return Deliver{text(fields->consumer_tag), fields->delivery_tag, fields->redelivered != 0};
}

std::optional<std::string_view> Reader::blocked(std::string_view payload)
{
    const auto* fields = pool_->read<amqp_connection_blocked_t>(payload);
    return fields == nullptr ? std::nullopt : std::optional(text(fields->reason));
}

std::optional<std::uint64_t> Reader::body_size(std::string_view payload)
{
    if (payload.size() < kHeaderFixed || read_u16(payload) != AMQP_BASIC_CLASS)
        return {};
    return read_u64(payload.substr(4));
}

bool Reader::properties(std::string_view payload, Delivery& message)
{
    if (payload.size() < kHeaderFixed + 2 || payload.size() > kMostProperties)
        return false;
    recycle_amqp_pool(&pool_->pool);
    void* decoded = nullptr;
    if (amqp_decode_properties(AMQP_BASIC_CLASS, &pool_->pool, bytes(payload.substr(kHeaderFixed)), &decoded) < 0)
        return false;
    const auto& properties = *static_cast<const amqp_basic_properties_t*>(decoded);
    const auto has = [&](amqp_flags_t flag) { return (properties._flags & flag) != 0; };
    if (has(AMQP_BASIC_CORRELATION_ID_FLAG))
        message.correlation_id = text(properties.correlation_id);
    if (has(AMQP_BASIC_MESSAGE_ID_FLAG))
        message.message_id = text(properties.message_id);
    if (has(AMQP_BASIC_REPLY_TO_FLAG))
        message.reply_to = text(properties.reply_to);
    if (has(AMQP_BASIC_EXPIRATION_FLAG))
        message.expiration = duration_of(text(properties.expiration));
    if (has(AMQP_BASIC_HEADERS_FLAG))
        for (int i = 0; i < properties.headers.num_entries && message.headers.size() < kMostHeaders; ++i) {
            const auto& entry = properties.headers.entries[i];
            if (auto value = text_of(entry.value))
                message.headers.push_back({std::string(text(entry.key)), std::move(*value)});
        }
    return true;
}

}  // namespace wgw::bus::amqp
