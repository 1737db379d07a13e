#pragma once
/// Randomness, as a parameter: the kernel's in the server, a seeded one in tests.

#include <array>
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

/// Another one's bytes, fetched many at a time: for small ids that are made one by one. One thread.
class StockedRandom final : public Random {
public:
    /// `source` outlives it.
    explicit StockedRandom(Random& source) : source_(source) {}
    void fill(std::span<std::byte> bytes) override;

private:
    Random& source_;
    std::array<std::byte, 480> stock_{};
    std::size_t used_ = sizeof stock_;
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
