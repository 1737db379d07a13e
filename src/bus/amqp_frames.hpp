#pragma once
/// Frames of AMQP 0-9-1: written and read with the codec of librabbitmq, whose headers stay in amqp_read.cpp and
/// amqp_write.cpp. Pure.
///
/// What is read is hostile: nothing here trusts a length, and what is broken is said to be.
/// Source  AMQP 0-9-1 §4.2, and RabbitMQ's extensions
/// Tests   amqp_session_test.cpp, fuzz/amqp_session.cpp

#include "bus/amqp_message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wgw::bus::amqp {

inline constexpr std::uint32_t kMostFrame = 131'072;       ///< What we offer; the broker may want less.
inline constexpr std::size_t kMostProperties = 16 * 1024;  ///< A table may nest, and the codec recurses.

// What a frame is made of.
inline constexpr std::size_t kFrameHead = 7;  ///< Type, channel, size.
inline constexpr char kFrameEnd = '\xce';
inline constexpr std::size_t kHeaderFixed = 12;  ///< Of a header frame: class, weight, size of the body.
inline constexpr std::size_t kMostHeaders = 64;  ///< Of a message; further ones are left out.

enum class FrameType : std::uint8_t { method = 1, header = 2, body = 3, heartbeat = 8 };

struct Frame {
    FrameType type;
    std::uint16_t channel;
    std::string_view payload;
};

enum class Took { frame, incomplete, broken };

/// The frame at the front of `in`, which is taken off it. No payload is larger than `most`.
Took take_frame(std::string_view& in, std::uint32_t most, Frame& frame);

/// Class and method, as they stand at the front of a method frame's payload.
enum class Method : std::uint32_t {
    connection_start = 0x000A000A,
    connection_start_ok = 0x000A000B,
    connection_tune = 0x000A001E,
    connection_tune_ok = 0x000A001F,
    connection_open = 0x000A0028,
    connection_open_ok = 0x000A0029,
    connection_close = 0x000A0032,
    connection_close_ok = 0x000A0033,
    connection_blocked = 0x000A003C,
    connection_unblocked = 0x000A003D,
    channel_open = 0x0014000A,
    channel_open_ok = 0x0014000B,
    channel_close = 0x00140028,
    channel_close_ok = 0x00140029,
    queue_declare = 0x0032000A,
    queue_declare_ok = 0x0032000B,
    basic_qos = 0x003C000A,
    basic_qos_ok = 0x003C000B,
    basic_consume = 0x003C0014,
    basic_consume_ok = 0x003C0015,
    basic_cancel = 0x003C001E,
    basic_cancel_ok = 0x003C001F,
    basic_publish = 0x003C0028,
    basic_deliver = 0x003C003C,
    basic_ack = 0x003C0050,
    basic_nack = 0x003C0078,
};

/// Of a method frame; nothing: it is broken.
std::optional<Method> method_of(std::string_view payload);

// Each appends a frame, or the frames of a message.

void append_protocol_header(std::string& out);
void append_heartbeat(std::string& out);
void append_start_ok(std::string& out, std::string_view program, std::string_view user, std::string_view password);
void append_tune_ok(std::string& out, std::uint16_t channels, std::uint32_t most_frame, std::uint16_t heartbeat_s);
void append_open(std::string& out, std::string_view vhost);
void append_channel_open(std::string& out, std::uint16_t channel);
/// How long a queue with an heir keeps what nobody takes up.
inline constexpr std::int32_t kInheritMs = 1'000;

/// Not durable. `heir`: a queue that gets what nobody has taken up for kInheritMs; the queue goes when nobody has used it
/// for a minute. Empty: without.
void append_queue_declare(std::string& out, std::uint16_t channel, std::string_view queue, std::string_view heir = {});
void append_qos(std::string& out, std::uint16_t channel, std::uint16_t prefetch);
void append_consume(std::string& out, std::uint16_t channel, std::string_view queue, std::string_view tag, bool no_ack);
void append_cancel(std::string& out, std::uint16_t channel, std::string_view tag);
void append_ack(std::string& out, std::uint16_t channel, std::uint64_t tag);
void append_requeue(std::string& out, std::uint16_t channel, std::uint64_t tag);
void append_close(std::string& out);
void append_close_ok(std::string& out);

/// basic.publish, header and body. `ttl_ms`: nothing: it does not expire.
void append_publication(
    std::string& out, std::uint16_t channel, std::uint32_t most_frame, const Publication& message,
    std::optional<std::int64_t> ttl_ms
);

// What methods carry, as far as it is needed.

struct Start {
    std::string_view mechanisms;
    std::string_view version;  ///< Of the broker, as it says; empty: it does not.
};
struct Tune {
    std::uint16_t channels;
    std::uint32_t most_frame;
    std::uint16_t heartbeat_s;
};
struct Close {
    std::uint16_t code;
    std::string_view text;
};
struct Deliver {
    std::string_view consumer;
    std::uint64_t tag;
    bool is_redelivered;
};

/// Reads payloads of method and header frames; nothing: it is broken. What it answers looks into the payload.
class Reader {
public:
    Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader();

    std::optional<Start> start(std::string_view payload);
    std::optional<Tune> tune(std::string_view payload);
    std::optional<Close> close(std::string_view payload);  ///< Of a connection or a channel.
    std::optional<Deliver> deliver(std::string_view payload);
    std::optional<std::string_view> blocked(std::string_view payload);

    /// The size of the body that follows.
    static std::optional<std::uint64_t> body_size(std::string_view payload);

    /// Reads the properties into `message`. False: they are broken, or too large.
    bool properties(std::string_view payload, Delivery& message);

private:
    struct Pool;
    std::unique_ptr<Pool> pool_;
};

}  // namespace wgw::bus::amqp
