#include "loadgen/client_frames.hpp"

#include <array>
#include <cstring>

namespace wgw::loadgen {
namespace {

constexpr std::uint64_t kShort = 125;
constexpr std::uint64_t kTwoBytes = 0xffff;

void append_big_endian(std::string& out, std::uint64_t value, unsigned bytes)
{
    for (unsigned i = bytes; i-- > 0;)
        out += static_cast<char>(value >> (8 * i) & 0xff);
}

std::uint64_t read_big_endian(std::string_view bytes)
{
    std::uint64_t value = 0;
    for (const char c : bytes)
        value = value << 8U | static_cast<unsigned char>(c);
    return value;
}

}  // namespace

void append_client_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask)
{
    constexpr char kMasked = '\x80';
    out += static_cast<char>(0x80U | static_cast<unsigned>(opcode));
    if (payload.size() <= kShort) {
        out += static_cast<char>(kMasked | static_cast<char>(payload.size()));
    } else if (payload.size() <= kTwoBytes) {
        out += static_cast<char>(kMasked | 126);
        append_big_endian(out, payload.size(), 2);
    } else {
        out += static_cast<char>(kMasked | 127);
        append_big_endian(out, payload.size(), 8);
    }
    std::array<char, 4> key{};
    std::memcpy(key.data(), &mask, key.size());
    out.append(key.data(), key.size());
    for (std::size_t i = 0; i < payload.size(); ++i)
        out += static_cast<char>(payload[i] ^ key[i % 4]);
}

std::optional<ServerFrame> server_frame(std::string_view bytes)
{
    if (bytes.size() < 2)
        return {};
    const auto first = static_cast<unsigned char>(bytes[0]);
    const auto second = static_cast<unsigned char>(bytes[1]);
    ServerFrame frame;
    frame.opcode = static_cast<Opcode>(first & 0x0fU);
    const bool whole = (first & 0xf0U) == 0x80;  // FIN, nothing reserved
    const bool known = frame.opcode == Opcode::text || frame.opcode == Opcode::binary ||
                       (frame.opcode >= Opcode::close && frame.opcode <= Opcode::pong);
    if (!whole || !known || (second & 0x80U) != 0) {
        frame.bad = true;
        return frame;
    }
    std::size_t header = 2;
    std::uint64_t length = second;
    if (length > kShort) {
        header = length == 126 ? 4 : 10;
        if (bytes.size() < header)
            return {};
        length = read_big_endian(bytes.substr(2, header - 2));
    }
    if (bytes.size() - header < length)
        return {};
    frame.payload = bytes.substr(header, length);
    frame.size = header + length;
    return frame;
}

}  // namespace wgw::loadgen
