#pragma once
/// Who is in which room, looked at from both sides. Joining and leaving cost the same however many rooms a socket has
/// and however many sockets a room has. Inside of the library only.
/// Tests  room_test.cpp

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wgw::sio {

class Socket;
class Room;

/// The rooms of one socket. Most sockets are idle in one room: that one costs no memory elsewhere.
class Memberships {
public:
    struct Membership {
        Room* room = nullptr;
        std::uint32_t place = 0;  ///< Of the socket among those of the room.
    };

    bool empty() const { return one_.room == nullptr && !many_; }
    std::size_t size() const { return many_ ? many_->list.size() : one_.room != nullptr ? 1 : 0; }

    /// nullptr: the socket is not in it.
    Membership* find(const Room& room);
    const Membership* find(const Room& room) const { return const_cast<Memberships*>(this)->find(room); }
    std::vector<std::string> names() const;

    /// Precondition: it is not there.
    void add(Membership membership);
    void remove(const Room& room);

    /// Any of them. Precondition: not empty.
    Room& any() const { return many_ ? *many_->list.back().room : *one_.room; }

private:
    struct Many {
        std::vector<Membership> list;
        std::unordered_map<const Room*, std::size_t> index;  ///< Place in list; empty while the list is short.
    };
    static constexpr std::size_t kShort = 16;  ///< Up to which looking through the list is as good.

    Membership one_;              ///< If it is the only one.
    std::unique_ptr<Many> many_;  ///< Else all of them.
};

/// Owned by its namespace, which drops it when it is empty.
class Room {
public:
    explicit Room(std::string name) : name_(std::move(name)) {}
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;

    const std::string& name() const { return name_; }
    bool empty() const { return sockets_.empty(); }
    const std::vector<Socket*>& sockets() const { return sockets_; }

    /// Does nothing where the socket is in the room already, or is not.
    void add(Socket& socket);
    void remove(Socket& socket);

private:
    std::string name_;
    std::vector<Socket*> sockets_;
};

}  // namespace wgw::sio
