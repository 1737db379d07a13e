#include "base/ascii.hpp"
#include "codec/sha256.hpp"

#include <gtest/gtest.h>

namespace wgw {
namespace {

std::string hex(std::string_view bytes)
{
    const auto digest = sha256(bytes);
    std::string out;
    append_hex(out, {reinterpret_cast<const char*>(digest.data()), digest.size()});
    return out;
}

// FIPS 180-4, the examples of NIST.
TEST(Sha256, IsThatOfTheStandard)
{
    EXPECT_EQ(hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace wgw
