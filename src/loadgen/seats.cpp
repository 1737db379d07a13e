#include "loadgen/seats.hpp"

#include <fmt/format.h>

namespace wgw::loadgen {

std::vector<Seat> read_seats(std::istream& lines, std::uint32_t rooms, std::uint32_t members)
{
    std::vector<Seat> seats;
    std::vector<Seat> room;
    std::size_t taken = 0;
    for (Seat seat; taken < rooms && lines >> seat.token >> seat.room_id;) {
        if (!room.empty() && room.front().room_id != seat.room_id)
            room.clear();
        room.push_back(seat);
        if (room.size() == members) {
            seats.insert(seats.end(), room.begin(), room.end());
            ++taken;
        }
    }
    if (taken < rooms)
        throw TooFewSeats(
            fmt::format("There are {} rooms with {} members or more, and {} are needed.", taken, members, rooms)
        );
    return seats;
}

}  // namespace wgw::loadgen
