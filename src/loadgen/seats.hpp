#pragma once
/// Who the clients of a run are: a file of lines `<token> <room id>`, members of one room behind each other.
/// Tests  seats_test.cpp

#include <cstdint>
#include <istream>
#include <stdexcept>
#include <string>
#include <vector>

namespace wgw::loadgen {

/// A client's.
struct Seat {
    std::string token;
    std::string room_id;

    friend bool operator==(const Seat&, const Seat&) = default;
};

/// There are fewer rooms of that size than asked for. what() is a sentence that begins with "There are".
struct TooFewSeats : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The first `members` of each of the first `rooms` rooms that have so many: the clients in their order. Rooms with
/// fewer are passed over. Throws TooFewSeats.
std::vector<Seat> read_seats(std::istream& lines, std::uint32_t rooms, std::uint32_t members);

}  // namespace wgw::loadgen
