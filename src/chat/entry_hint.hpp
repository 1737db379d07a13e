#pragma once
/// An entry as bytes, for other processes of the same version: what a hint carries.
///
/// Shape     version 1 · type 1 · seq 8 · at 8 · room 12 · _id 12 · user 12 · length of the key 1 · key · hash of the
///           send 16 (only where there is a key) · body, up to the end. Numbers little-endian
/// Errors    anything else is nothing: what is missed is read from the log. Redis signs nothing, so what is believed of
///           a hint is checked where it is told (Feed), and the log is the truth
/// Tests     entry_hint_test.cpp

#include "chat/entry.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wgw::chat {

inline constexpr std::size_t kMostHintBytes = std::size_t{1} << 20;

std::string encode_hint(const Entry& entry);
std::optional<Entry> decode_hint(std::string_view bytes);

}  // namespace wgw::chat
