#include "sio/server/room.hpp"
#include "sio/server/test_server.hpp"

#include <gmock/gmock.h>

#include <ctime>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace wgw::sio {
namespace {

class Rooms : public AServer {
protected:
    Rooms()
    {
        root_.on_connection([this](Socket& socket) { sockets_.push_back(socket.number()); });
        for (int i = 0; i < 3; ++i)
            join();
    }
    Socket& socket(std::size_t i) { return *root_.find(sockets_[i]); }

    /// Who hears of it.
    std::vector<std::size_t> members(const std::string& room)
    {
        root_.broadcast(room, root_.encode("n", "[]"));
        wire_.turn();
        std::vector<std::size_t> heard;
        std::size_t i = 0;
        for (auto& client : wire_.clients) {
            const auto packets = client.received();
            heard.insert(heard.end(), packets.size(), i++);
        }
        return heard;
    }

    std::vector<std::uint64_t> sockets_;
};

TEST_F(Rooms, AreWhatSetsOfSocketsWouldBeWhateverIsDone)
{
    std::mt19937 random(1);
    std::vector<std::set<std::size_t>> expected(40);  // more than are looked through one by one
    for (int i = 0; i < 4'000; ++i) {
        const std::size_t room = random() % expected.size();
        const std::size_t who = random() % 3;
        const std::string name = std::to_string(room);
        if (random() % 200 == 0) {
            socket(who).leave_all();
            for (auto& each : expected)
                each.erase(who);
        } else if (random() % 5 < 3) {
            socket(who).join(name);
            expected[room].insert(who);
        } else {
            socket(who).leave(name);
            expected[room].erase(who);
        }
        ASSERT_EQ(root_.has_room(name), !expected[room].empty());
        if (i % 10 == 0)
            ASSERT_THAT(members(name), testing::UnorderedElementsAreArray(expected[room]));
    }
}

TEST_F(Rooms, AreLeftWithTheConnection)
{
    for (int i = 0; i < 100; ++i)
        for (std::size_t who : {0U, 1U})
            socket(who).join(std::to_string(i));
    wire_.clients.front().drop();
    wire_.turn();
    for (int i = 0; i < 100; ++i)
        EXPECT_THAT(members(std::to_string(i)), testing::ElementsAre(1));
}

/// A socket in very many rooms does the same for each of them as one of many sockets in a few: were a room to be looked
/// for among all others of its socket, it would take a hundred times as long.
TEST_F(Rooms, CostTheSameHoweverManyTheirSocketHas)
{
    constexpr int kRooms = 64'000;
    while (sockets_.size() < 1'000)
        join();
    /// Processor time of joining them all, joining them again, leaving half of them one by one and the rest at once.
    const auto cost = [&](std::size_t sockets) {
        const auto at = [&](int room) -> Socket& { return socket(static_cast<std::size_t>(room) % sockets); };
        const std::clock_t start = std::clock();
        for (int i = 0; i < 2 * kRooms; ++i)
            at(i % kRooms).join(std::to_string(i % kRooms));
        for (int i = 0; i < kRooms; i += 2)
            at(i).leave(std::to_string(i));
        for (std::size_t i = 0; i < sockets; ++i)
            socket(i).leave_all();
        return static_cast<double>(std::clock() - start);
    };
    cost(1'000);
    const double spread = cost(1'000);
    EXPECT_LT(cost(1) / spread, 10);
    EXPECT_FALSE(root_.has_room("1"));
}

/// Likewise of the sockets of a room: whoever came last stands at the end of its list.
TEST_F(Rooms, KnowThePlaceOfEachOfTheirSockets)
{
    for (int i = 0; i < 300; ++i) {
        join();
        socket(sockets_.size() - 1).join("room");
    }
    for (std::size_t i = sockets_.size() - 1; i >= 3; i -= 3)
        socket(i).leave("room");
    EXPECT_EQ(members("room").size(), 200U);
}

/// Each of ten thousand idle connections has one, mostly in one room.
TEST(AMembership, OfOneRoomIsSmall) { EXPECT_LE(sizeof(Memberships), 24U); }

}  // namespace
}  // namespace wgw::sio
