#pragma once
/// SHA-256: 32 bytes that stand for any number of them.
/// Tests  sha256_test.cpp

#include <array>
#include <cstdint>
#include <string_view>

namespace wgw {

std::array<std::uint8_t, 32> sha256(std::string_view bytes);

}  // namespace wgw
