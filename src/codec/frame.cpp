#include "codec/frame.hpp"

#include <cstring>
#include <new>
#include <stdexcept>

namespace wgw {

Frame Frame::text(std::string_view a, std::string_view b) { return make(false, a, b); }

Frame Frame::binary(std::string_view bytes) { return make(true, bytes, {}); }

Frame Frame::make(bool binary, std::string_view a, std::string_view b)
{
    const std::size_t length = a.size() + b.size();
    const std::size_t header = length < 126 ? 2 : length < 65'536 ? 4 : 10;
    if (length > UINT32_MAX - 10)
        throw std::length_error("a frame holds less than 4 GiB");

    void* memory = ::operator new(sizeof(Body) + header + length);
    auto* body =
        new (memory) Body{1, static_cast<std::uint32_t>(header + length), 0, static_cast<std::uint8_t>(header), binary};
    auto* out = reinterpret_cast<unsigned char*>(body + 1);
    out[0] = binary ? 0x82 : 0x81;
    if (header == 2) {
        out[1] = static_cast<unsigned char>(length);
    } else {
        out[1] = header == 4 ? 126 : 127;
        for (std::size_t i = 2; i < header; ++i)
            out[i] = static_cast<unsigned char>(length >> (8 * (header - 1 - i)));
    }
    if (!a.empty())
        std::memcpy(out + header, a.data(), a.size());
    if (!b.empty())
        std::memcpy(out + header + a.size(), b.data(), b.size());
    return Frame(body);
}

void Frame::release(Body* body) noexcept
{
    body->~Body();
    ::operator delete(body);
}

}  // namespace wgw
