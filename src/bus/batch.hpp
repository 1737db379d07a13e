#pragma once
/// Several requests in one message, and their answers in one: a broker's price is by the message. Pure.
///
///     request   {"pattern":"wgw.batch","data":[{"pattern":"…","data":{…},"headers":{"authorization":"…"},
///               "request_id":"…"},…],"id":"…"}
///     answer    [{"response":…,"headers":{…}},{"err":…},{},{"unknown":true}]     in the order of the requests
///
/// Each request is what it would be by itself: with its own authorization, checked by itself, and with an answer of its
/// own. The original knows no batch; it never gets one, since only the queue of a single process of ours is sent any.
/// Tests  batch_test.cpp, fuzz/nest_packet.cpp

#include "bus/calls.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::bus {

inline constexpr std::string_view kBatchPattern = "wgw.batch";
inline constexpr std::size_t kMostInABatch = 128;

/// Whether a request can be in one: its headers are UTF-8.
bool fits_a_batch(const Request& request);

/// The data of a batch. Precondition: fits_a_batch(each).
std::string encode_batch(std::span<const Request> requests);

/// `data`: checked JSON. Nothing: it is no batch, or one of more than kMostInABatch.
std::optional<std::vector<Request>> decode_batch(std::string_view data);

std::string encode_batch_answers(std::span<const Answer> answers);

/// `json`: checked. Nothing: these are no `count` answers.
std::optional<std::vector<Answer>> decode_batch_answers(std::string_view json, std::size_t count);

}  // namespace wgw::bus
