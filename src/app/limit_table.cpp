#include "app/limit_table.hpp"

#include "app/options.hpp"

#include <array>
#include <charconv>
#include <optional>

namespace wgw::app {
namespace {

constexpr std::int64_t kMiB = 1'048'576;
constexpr std::int64_t kGiB = 1'024 * kMiB;

/// A row that may be lifted: a rate, or a number, per user, room or address.
template <class T>
constexpr LimitRow per(std::string_view name, T Limits::* bound, std::string_view sentence)
{
    return {name, bound, sentence, 1, 1'000'000, true};
}

constexpr std::array kTable{
    per("WGW_LIMIT_CONNECTIONS_PER_USER", &Limits::connections_per_user, "Sockets that a user may have."),
    per("WGW_LIMIT_CONNECTIONS_PER_ADDRESS", &Limits::connections_per_address,
        "Socket.IO connections from one address."),
    per("WGW_LIMIT_CONNECT", &Limits::connect, "New Socket.IO connections from one address."),
    per("WGW_LIMIT_EVENTS", &Limits::events, "Events that a socket may send."),
    per("WGW_LIMIT_SEND", &Limits::send, "Messages that a user may send."),
    per("WGW_LIMIT_SEND_ROOM", &Limits::send_room, "Messages that a room takes."),
    per("WGW_LIMIT_ROOM_CREATE", &Limits::room_create, "Rooms that a user may create."),
    per("WGW_LIMIT_JOIN", &Limits::join, "Joins of a user."),
    per("WGW_LIMIT_SIGN_IN", &Limits::sign_in,
        "Failed sign-ins of an account; then a delay that doubles up to the time given here."),
    per("WGW_LIMIT_SIGN_IN_ADDRESS", &Limits::sign_in_address, "Failed sign-ins from one address."),
    per("WGW_LIMIT_SIGN_UP", &Limits::sign_up, "Accounts made from one address."),

    LimitRow{"WGW_LIMIT_USERNAME_MIN", &Limits::username_min, "Least length of a user name, in characters.", 1, 64},
    LimitRow{"WGW_LIMIT_USERNAME_MAX", &Limits::username_max, "Greatest length of a user name, in characters.", 1, 100},
    LimitRow{"WGW_LIMIT_PASSWORD_MIN", &Limits::password_min, "Least length of a password, in characters.", 1, 128},
    LimitRow{
             "WGW_LIMIT_PASSWORD_MAX", &Limits::password_max, "Greatest length of a new password, in characters.", 1, 1'024
    },
    LimitRow{
             "WGW_LIMIT_NAME", &Limits::name_max, "Greatest length of a person's or a room's name, in characters.", 1, 1'000
    },
    LimitRow{
             "WGW_LIMIT_CONTENT_BYTES", &Limits::content_bytes, "Greatest size of a message's text, in bytes of UTF-8.", 1,
             1'000'000
    },
    LimitRow{
             "WGW_LIMIT_PAGE_BARE", &Limits::page_bare, "Items of a list that was asked for without a page.", 1, 10'000
    },
    LimitRow{"WGW_LIMIT_PAGE", &Limits::page, "Items of a page whose length was not said.", 1, 10'000},
    LimitRow{"WGW_LIMIT_PAGE_MOST", &Limits::page_most, "Items of a page at most.", 1, 10'000},
    LimitRow{"WGW_LIMIT_MEMBERS", &Limits::members, "Members of a room."},
    LimitRow{"WGW_LIMIT_ROOMS_PER_USER", &Limits::rooms_per_user, "Rooms that a user may be in.", 1, 100'000},
    LimitRow{
             "WGW_LIMIT_UNACKED", &Limits::unacked, "Unanswered sends of a connection; then it is not read further.", 1,
             10'000
    },
    LimitRow{
             "WGW_LIMIT_HASH_THREADS", &Limits::hash_threads,
             "Threads that hash passwords: each some 40 a second, with 19 MiB of memory.", 1, 64
    },
    LimitRow{
             "WGW_LIMIT_HASH_QUEUE", &Limits::hash_queue, "Passwords that wait to be hashed; more are answered 503.", 1,
             100'000
    },

    LimitRow{
             "WGW_LIMIT_JSON_DEPTH", &Limits::json_depth, "Arrays and objects inside each other, in JSON of clients.", 8, 128
    },
    LimitRow{"WGW_LIMIT_JSON_NODES", &Limits::json_nodes, "Values and names in it.", 100, 100'000},

    LimitRow{"WGW_LIMIT_HEADER_BYTES", &Limits::header_bytes, "Request line and header fields, in bytes.", 1'024, kMiB},
    LimitRow{"WGW_LIMIT_HEADER_FIELDS", &Limits::header_fields, "Header fields of a request.", 10, 10'000},
    LimitRow{
             "WGW_LIMIT_BODY_BYTES", &Limits::body_bytes, "Body of a request with a token, in bytes.", 1'024, 64 * kMiB
    },
    LimitRow{
             "WGW_LIMIT_BODY_ANON_BYTES", &Limits::body_anon_bytes, "Body of a request to a route without token, in bytes.",
             1'024, 64 * kMiB
    },
    LimitRow{"WGW_LIMIT_HEADER_S", &Limits::header_s, "Seconds for the header of a request to come.", 1, 3'600},
    LimitRow{
             "WGW_LIMIT_BODY_S", &Limits::body_s, "Seconds for the body to come; then at least 1 KiB in each.", 1, 3'600
    },
    LimitRow{"WGW_LIMIT_KEEPALIVE_S", &Limits::keepalive_s, "Seconds that the next request is waited for.", 1, 3'600},
    LimitRow{
             "WGW_LIMIT_KEEPALIVE_REQUESTS", &Limits::keepalive_requests, "Requests of a connection; then it is closed."
    },
    LimitRow{
             "WGW_LIMIT_PIPELINE_BYTES", &Limits::pipeline_bytes,
             "Bytes read ahead of an unanswered request; then no further.", 1'024, 64 * kMiB
    },
    LimitRow{
             "WGW_LIMIT_CONNECTIONS", &Limits::connections,
             "Connections at once; more wait. Not set: the open-file limit less 256.", 1, 10'000'000
    },
    LimitRow{
             "WGW_LIMIT_INBOUND_BYTES", &Limits::inbound_bytes,
             "Half-received messages of all together, in bytes; over it the largest is closed.", kMiB, 1'024 * kGiB
    },
    LimitRow{
             "WGW_LIMIT_QUEUES_BYTES", &Limits::queues_bytes,
             "What peers have not read yet, of all together, in bytes; over it the slowest are closed.", kMiB, 1'024 * kGiB
    },

    LimitRow{
             "WGW_LIMIT_PAYLOAD_BYTES", &Limits::payload_bytes, "A message or POST of Socket.IO, in bytes.", 1'024, 64 * kMiB
    },
    LimitRow{
             "WGW_LIMIT_MESSAGE_S", &Limits::message_s, "Seconds from the first to the last byte of a message.", 1, 3'600
    },
    LimitRow{"WGW_LIMIT_FRAMES", &Limits::frames, "Frames of a WebSocket message."},
    LimitRow{"WGW_LIMIT_CONTROL", &Limits::control, "Pings and pongs of a WebSocket."},
    LimitRow{"WGW_LIMIT_POLL_PACKETS", &Limits::poll_packets, "Packets in one POST."},
    LimitRow{"WGW_LIMIT_ATTACHMENTS", &Limits::attachments, "Binary attachments of an event.", 1, 1'000},
    LimitRow{"WGW_LIMIT_ATTACHMENT_S", &Limits::attachment_s, "Seconds for them to come.", 1, 3'600},
    LimitRow{"WGW_LIMIT_NAMESPACES", &Limits::namespaces, "Namespaces of a connection.", 1, 10'000},
    LimitRow{
             "WGW_LIMIT_CONNECT_S", &Limits::connect_s, "Seconds in which a connection has to join a namespace.", 1, 3'600
    },
    LimitRow{"WGW_LIMIT_UPGRADE_S", &Limits::upgrade_s, "Seconds for an upgrade to WebSocket.", 1, 3'600},
    LimitRow{
             "WGW_LIMIT_PING_INTERVAL_S", &Limits::ping_interval_s, "Seconds between two pings of Socket.IO.", 1, 3'600
    },
    LimitRow{
             "WGW_LIMIT_PING_TIMEOUT_S", &Limits::ping_timeout_s, "Seconds that the answer to a ping is waited for.", 1,
             3'600
    },
    LimitRow{
             "WGW_LIMIT_QUEUE_BYTES", &Limits::queue_bytes,
             "What one connection has not read yet, in bytes; over it, it is closed.", 65'536, kGiB
    },
    LimitRow{"WGW_LIMIT_QUEUE_PACKETS", &Limits::queue_packets, "The same in packets.", 64},
};

std::optional<std::int64_t> number(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return {};
    return value;
}

[[noreturn]] void refuse(const LimitRow& row, std::string_view text, std::string right)
{
    throw OptionError(
        std::string(row.name) + " is \"" + std::string(text) + "\"; set it to " + std::move(right) +
        (row.may_be_lifted ? ", or to off." : ".")
    );
}

}  // namespace

std::span<const LimitRow> limit_table() { return kTable; }

std::string default_text(const LimitRow& row)
{
    const Limits defaults;
    if (const auto* rate = std::get_if<Rate Limits::*>(&row.bound))
        return to_text(defaults.*(*rate));
    const auto value = defaults.*std::get<std::int64_t Limits::*>(row.bound);
    return value == 0 ? "" : std::to_string(value);
}

void read_limit(Limits& limits, const LimitRow& row, std::string_view text)
{
    if (row.may_be_lifted && text == "off")
        return lift(limits, row);
    if (const auto* bound = std::get_if<Rate Limits::*>(&row.bound)) {
        const auto rate = parse_rate(text);
        if (!rate || rate->is_off())
            refuse(row, text, "a rate such as 10/s, 5/10min or 10/s+50 (a number in a time, and how many at once)");
        limits.*(*bound) = *rate;
        return;
    }
    const auto value = number(text);
    if (!value || *value < row.least || *value > row.greatest)
        refuse(row, text, "a whole number from " + std::to_string(row.least) + " to " + std::to_string(row.greatest));
    limits.*std::get<std::int64_t Limits::*>(row.bound) = *value;
}

void lift(Limits& limits, const LimitRow& row)
{
    if (!row.may_be_lifted)
        return;
    if (const auto* bound = std::get_if<Rate Limits::*>(&row.bound))
        limits.*(*bound) = Rate{};
    else
        limits.*std::get<std::int64_t Limits::*>(row.bound) = kUnlimited;
}

void check_together(const Limits& limits)
{
    const auto check = [](std::int64_t least, std::string_view name, std::int64_t most, std::string_view greater) {
        if (least > most)
            throw OptionError(
                std::string(name) + " is greater than " + std::string(greater) + ": nothing could be right. Change one."
            );
    };
    check(limits.username_min, "WGW_LIMIT_USERNAME_MIN", limits.username_max, "WGW_LIMIT_USERNAME_MAX");
    check(limits.password_min, "WGW_LIMIT_PASSWORD_MIN", limits.password_max, "WGW_LIMIT_PASSWORD_MAX");
}

}  // namespace wgw::app
