#include "chat/epoch.hpp"

#include "base/ascii.hpp"

#include <array>
#include <span>

namespace wgw::chat {

std::string make_epoch(Random& random)
{
    std::array<char, 16> bytes{};
    random.fill(std::as_writable_bytes(std::span(bytes)));
    std::string epoch;
    append_hex(epoch, {bytes.data(), bytes.size()});
    return epoch;
}

}  // namespace wgw::chat
