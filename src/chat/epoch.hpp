#pragma once
/// The name of a room's history. A client's cursor is good for as long as the room has the epoch that it knows.

#include "base/random.hpp"

#include <string>

namespace wgw::chat {

/// 32 hex digits: 128 random bits.
std::string make_epoch(Random& random);

}  // namespace wgw::chat
