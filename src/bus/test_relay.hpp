#pragma once
/// For tests: a TCP relay that can be as bad as a network or a broker. One thread.

#include "bus/amqp_address.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace wgw::bus {

class TestRelay {
public:
    enum class Mode {
        pass,
        freeze,  ///< Connections are accepted by the kernel, and nothing moves: as behind a process that is stopped.
        refuse,  ///< All connections are cut, and new ones at once.
    };

    /// To `target`, which is an address of IPv4.
    explicit TestRelay(const AmqpAddress& target);
    TestRelay(const TestRelay&) = delete;
    TestRelay& operator=(const TestRelay&) = delete;
    ~TestRelay();

    void set(Mode mode) { mode_ = mode; }

    /// The target's, through the relay.
    AmqpAddress address() const { return address_; }

private:
    struct Pair {
        int client;
        int server;
        std::string up = {};    ///< From client to server, not written yet.
        std::string down = {};  ///< The other way.
    };

    void work();
    void accept_one();
    static bool move(int from, int to, std::string& held);

    AmqpAddress target_;
    AmqpAddress address_;
    int listener_;
    std::vector<Pair> pairs_;
    std::atomic<Mode> mode_ = Mode::pass;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

}  // namespace wgw::bus
