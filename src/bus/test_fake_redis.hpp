#pragma once
/// For tests: something that listens where Redis would, and behaves as it is told: it answers PING and PUBLISH, or says
/// nothing, or rubbish, or hangs up.

#include "bus/redis_address.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace wgw::bus {

class FakeRedis {
public:
    enum class Mood { answers, is_silent, talks_rubbish, hangs_up };

    FakeRedis();
    ~FakeRedis();

    void set(Mood mood) { mood_ = mood; }

    /// Ends the connections that there are.
    void cut();

    RedisAddress address() const { return {.host = "127.0.0.1", .port = port_}; }
    int connections() const { return accepted_; }

private:
    void work();

    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<Mood> mood_ = Mood::answers;
    std::atomic<int> accepted_ = 0;
    std::atomic<bool> stopping_ = false;
    std::atomic<bool> cutting_ = false;
    std::thread thread_;
};

}  // namespace wgw::bus
