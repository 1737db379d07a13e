#pragma once
/// A room: who is in it. Owned by its namespace, which drops it when it is empty.

#include "codec/frame.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace wgw::sio {

class Socket;

class Room {
public:
    explicit Room(std::string name) : name_(std::move(name)) {}

    const std::string& name() const { return name_; }
    bool empty() const { return sockets_.empty(); }
    void add(Socket& socket) { sockets_.push_back(&socket); }
    void remove(Socket& socket)
    {
        const auto found = std::ranges::find(sockets_, &socket);
        if (found == sockets_.end())
            return;
        *found = sockets_.back();
        sockets_.pop_back();
    }
    const std::vector<Socket*>& sockets() const { return sockets_; }

private:
    std::string name_;
    std::vector<Socket*> sockets_;
};

}  // namespace wgw::sio
