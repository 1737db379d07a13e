#pragma once
/// What travels over RabbitMQ, as values.

#include "base/time.hpp"
#include "bus/calls.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wgw::bus {

/// A message that is sent, to a queue by its name. Texts other than body and headers are cut off at 255 bytes.
struct Publication {
    std::string queue;
    std::string body;
    std::vector<Header> headers = {};
    std::optional<std::string> correlation_id = {};
    std::string message_id = {};  ///< Empty: none.
    std::string reply_to = {};    ///< Empty: none.
    bool is_transient = false;    ///< Says delivery-mode 1. A reply of the original says nothing.
    Instant deadline = kNever;    ///< Not sent behind it; the broker drops it there.
};

/// A message that has come in.
struct Delivery {
    std::size_t consumer = 0;  ///< Which of the plan's.
    std::uint64_t tag = 0;     ///< For settling, within one connection.
    bool is_redelivered = false;
    bool is_broken = false;  ///< Its properties cannot be read, or its body is over the bound and was not kept.
    std::string body = {};
    std::vector<Header> headers = {};  ///< Those with a value that has a text.
    std::optional<std::string> correlation_id = {};
    std::string message_id = {};              ///< Empty: none.
    std::string reply_to = {};                ///< Empty: none.
    std::optional<Duration> expiration = {};  ///< How long it was good when it was sent.
    Instant since;  ///< It came after that moment. A process that was frozen sees what that means.
};

/// What is said to the broker of a delivery.
enum class Settled { done, again };  ///< again: somebody else shall have it.

}  // namespace wgw::bus
