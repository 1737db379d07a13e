#pragma once
/// For the targets of this folder: an oracle that does not hold ends the program, and libFuzzer keeps the input.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace wgw::fuzz {

inline void require(bool holds, const char* sentence)
{
    if (holds)
        return;
    std::fprintf(stderr, "this does not hold: %s\n", sentence);
    std::abort();
}

inline std::string_view input(const std::uint8_t* bytes, std::size_t size)
{
    return {reinterpret_cast<const char*>(bytes), size};
}

/// Takes bytes from the front of an input, to decide what happens next.
class Choices {
public:
    explicit Choices(std::string_view bytes) : rest_(bytes) {}

    bool done() const { return rest_.empty(); }

    /// Below `bound`; 0 at the end.
    std::uint32_t pick(std::uint32_t bound)
    {
        if (rest_.empty())
            return 0;
        const auto byte = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return byte % bound;
    }

    /// Up to a byte 0xff, which no text has, or to the end.
    std::string_view text()
    {
        const auto end = std::min(rest_.find('\xff'), rest_.size());
        const auto taken = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        return taken;
    }

    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

}  // namespace wgw::fuzz
