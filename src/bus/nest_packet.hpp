#pragma once
/// The packets of NestJS microservices, to the byte: what stands in the body of a message. Pure.
///
///     request   {"pattern":"…","data":{…},"id":"…"}      without data if there is none
///     event     {"pattern":"…","data":{…}}
///     reply     {"response":…,"isDisposed":true}   {"isDisposed":true}   {"err":…,"isDisposed":true}
///               {"id":"…","err":"There is no matching message handler defined in the remote
///               service.","status":"error"}
///
/// Data and answers are JSON text, checked and never read. What comes in is tolerated as NestJS 9 to 12 do.
/// Source  reference/contract.md §12.3 to §12.7
/// Tests   nest_packet_test.cpp, fuzz/nest_packet.cpp

#include "bus/calls.hpp"

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace wgw::bus {

inline constexpr std::size_t kMostRequestBytes = std::size_t{4} << 20;  ///< Of a request that is read.
inline constexpr std::size_t kMostReplyBytes = std::size_t{32}
                                               << 20;  ///< Of a reply: lists of the original have no end.

/// `data`: JSON text, or empty. Without `id` it is an event.
std::string encode_request(std::string_view pattern, std::string_view data, std::string_view id);
std::string encode_event(std::string_view pattern, std::string_view data);

/// `id`: JSON text, as the request had it; it is told only where there is no handler.
std::string encode_reply(const Answer& answer, std::string_view id);

/// A request or an event that has come in.
struct IncomingRequest {
    std::string pattern;            ///< Empty: none, or no text; nobody handles that.
    std::string data;               ///< JSON text; empty: there is none.
    std::optional<std::string> id;  ///< JSON text. Nothing: it is an event, and is not answered.

    friend bool operator==(const IncomingRequest&, const IncomingRequest&) = default;
};

/// Why a body is dropped.
enum class Dropped {
    not_json,   ///< Or empty, or no UTF-8.
    foreign,    ///< JSON with neither pattern nor data.
    too_large,  ///< Or nested too deep.
};
std::string_view text_of(Dropped why);

std::expected<IncomingRequest, Dropped> decode_request(std::string_view body);

/// One of the packets that answer a request.
struct IncomingReply {
    bool is_last = true;           ///< False: the answer is completed by another packet.
    std::optional<Answer> answer;  ///< Nothing: it says nothing new; if it is the last, what came before is the answer.

    friend bool operator==(const IncomingReply&, const IncomingReply&) = default;
};

/// Takes anything: text that is no JSON is the answer, as text. What is larger or deeper than we read is an error 500.
IncomingReply decode_reply(std::string_view body);

/// The error {"status":500,…} that is answered for what nobody expected, and the 503 of what is away.
std::string internal_error();
std::string unavailable_error();

}  // namespace wgw::bus
