#pragma once
/// Randomness, as a parameter: the kernel's in the server, a seeded one in tests and the simulator.

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace wgw {

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::byte> bytes) = 0;
};

/// getrandom(2): fit for secrets. Any thread. Throws std::system_error if the kernel has none.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::byte> bytes) override;
};

/// The same bytes for the same seed: for tests. One thread.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
    void fill(std::span<std::byte> bytes) override
    {
        for (auto& byte : bytes)
            byte = static_cast<std::byte>(engine_() & 0xff);
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace wgw
