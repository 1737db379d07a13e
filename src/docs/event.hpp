#pragma once
/// What an event of the socket says of itself: a row, of which asyncapi.hpp and events_page.hpp are made.
/// Tests   asyncapi_test.cpp, gateway/documents_test.cpp

#include "docs/operation.hpp"

#include <cstdint>

namespace wgw::docs {

enum class Sender : std::uint8_t { client, server };

struct Event {
    Words name;  ///< On the wire.
    Sender sender;
    Words summary;
    std::string_view more = {};
    Reply payload;   ///< Its one argument.
    Reply ack = {};  ///< `data` of the ack, to an event of a client.
    Errors errors = {};
};

/// All that there is to say of the socket.
struct Events {
    std::span<const Event> rows;
    const Object& auth;  ///< What CONNECT may bring.
};

}  // namespace wgw::docs
