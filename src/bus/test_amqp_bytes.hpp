#pragma once
/// For tests: what a broker sends, byte by byte, made without the codec under test.

#include <cstdint>
#include <string>
#include <string_view>

namespace wgw::bus::broker {

inline std::string number(std::uint64_t value, int bytes)
{
    std::string out;
    for (int i = bytes - 1; i >= 0; --i)
        out += static_cast<char>(value >> (8 * i) & 0xff);
    return out;
}

inline std::string short_text(std::string_view text) { return number(text.size(), 1) + std::string(text); }
inline std::string long_text(std::string_view text) { return number(text.size(), 4) + std::string(text); }

inline std::string frame(int type, int channel, std::string_view payload)
{
    return number(static_cast<std::uint64_t>(type), 1) + number(static_cast<std::uint64_t>(channel), 2) +
           long_text(payload) + '\xce';
}

inline std::string method(int channel, std::uint32_t id, std::string_view fields)
{
    return frame(1, channel, number(id, 4) + std::string(fields));
}

inline std::string start(std::string_view mechanisms = "PLAIN AMQPLAIN")
{
    return method(0, 0x000A000A, number(9, 2) + long_text("") + long_text(mechanisms) + long_text("en_US"));
}
inline std::string tune(std::uint32_t most_frame = 131'072)
{
    return method(0, 0x000A001E, number(2'047, 2) + number(most_frame, 4) + number(60, 2));
}
inline std::string open_ok() { return method(0, 0x000A0029, short_text("")); }
inline std::string channel_open_ok() { return method(1, 0x0014000B, long_text("")); }
inline std::string declare_ok(std::string_view queue)
{
    return method(1, 0x0032000B, short_text(queue) + number(0, 8));
}
inline std::string qos_ok() { return method(1, 0x003C000B, ""); }
inline std::string consume_ok(std::string_view tag) { return method(1, 0x003C0015, short_text(tag)); }
inline std::string connection_close(int code, std::string_view text)
{
    return method(0, 0x000A0032, number(static_cast<std::uint64_t>(code), 2) + short_text(text) + number(0, 4));
}
inline std::string channel_close(int code, std::string_view text)
{
    return method(1, 0x00140028, number(static_cast<std::uint64_t>(code), 2) + short_text(text) + number(0, 4));
}
inline std::string close_ok() { return method(0, 0x000A0033, ""); }
inline std::string blocked(std::string_view reason) { return method(0, 0x000A003C, short_text(reason)); }
inline std::string unblocked() { return method(0, 0x000A003D, ""); }
inline std::string cancel(std::string_view tag) { return method(1, 0x003C001E, short_text(tag) + number(1, 1)); }
inline std::string heartbeat() { return frame(8, 0, ""); }

inline std::string deliver(std::string_view consumer, std::uint64_t tag, bool is_redelivered = false)
{
    return method(
        1, 0x003C003C,
        short_text(consumer) + number(tag, 8) + number(is_redelivered ? 1 : 0, 1) + short_text("") + short_text("q")
    );
}
/// `properties`: flags and fields as they are encoded.
inline std::string header(std::uint64_t body_size, std::string_view properties = std::string_view("\0\0", 2))
{
    return frame(2, 1, number(60, 2) + number(0, 2) + number(body_size, 8) + std::string(properties));
}
inline std::string body(std::string_view text) { return frame(3, 1, text); }

/// All of an opening with one queue `q` that is consumed.
inline std::string opening()
{
    return start() + tune() + open_ok() + channel_open_ok() + declare_ok("q") + qos_ok() + consume_ok("wgw-0");
}

}  // namespace wgw::bus::broker
