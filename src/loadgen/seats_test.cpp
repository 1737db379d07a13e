#include "loadgen/seats.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace wgw::loadgen {
namespace {

/// A room of two, one of four, one of three.
constexpr const char* kFile = "a1 A\na2 A\nb1 B\nb2 B\nb3 B\nb4 B\nc1 C\nc2 C\nc3 C\n";

/// Tokens of the seats, in their order.
std::string tokens(std::uint32_t rooms, std::uint32_t members, const char* file = kFile)
{
    std::istringstream lines(file);
    std::string out;
    for (const auto& seat : read_seats(lines, rooms, members))
        out += seat.token + ' ';
    return out;
}

std::string refusal(std::uint32_t rooms, std::uint32_t members)
{
    try {
        return "taken: " + tokens(rooms, members);
    } catch (const TooFewSeats& error) {
        return error.what();
    }
}

TEST(Seats, AreTheFirstMembersOfTheFirstRooms)
{
    EXPECT_EQ(tokens(1, 2), "a1 a2 ");
    EXPECT_EQ(tokens(3, 2), "a1 a2 b1 b2 c1 c2 ");
    EXPECT_EQ(tokens(3, 1), "a1 b1 c1 ");
    EXPECT_EQ(tokens(0, 5), "");
}

TEST(Seats, OfRoomsThatAreTooSmallArePassedOver) { EXPECT_EQ(tokens(2, 3), "b1 b2 b3 c1 c2 c3 "); }

TEST(Seats, ThatAreTooFewAreCounted)
{
    EXPECT_EQ(refusal(4, 2), "There are 3 rooms with 2 members or more, and 4 are needed.");
    EXPECT_EQ(refusal(2, 4), "There are 1 rooms with 4 members or more, and 2 are needed.");
    EXPECT_EQ(refusal(1, 5), "There are 0 rooms with 5 members or more, and 1 are needed.");
}

}  // namespace
}  // namespace wgw::loadgen
