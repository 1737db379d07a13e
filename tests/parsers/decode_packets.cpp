// Decodes Socket.IO packets for the tests that compare us with npm's parsers: one on each line of stdin, one answer on
// each line of stdout.
//
//     t<base64>  a text packet      {"type":2,"nsp":"/","id":7,"attachments":0,"data":[…]}, fields as the packet has
//     them m<base64>  a MessagePack one  the same, and "binary":["<base64>",…], "again":"<base64 of our encoding>"
//     refused                       {"error":<PacketError>}, and "codec":<MsgpackError> where it is not MessagePack

#include "codec/base64.hpp"
#include "codec/json_text.hpp"
#include "codec/msgpack.hpp"
#include "sio/protocol/packet_msgpack.hpp"

#include <iostream>

namespace {

using namespace wgw;
using namespace wgw::sio;

std::string fields(const Packet& packet)
{
    auto out = std::string(R"({"type":)") + static_cast<char>(packet.type) + R"(,"nsp":)";
    append_json_string(out, packet.nsp);
    if (packet.ack)
        out += R"(,"id":)" + std::to_string(*packet.ack);
    if (!packet.json.empty())
        out.append(R"(,"data":)").append(packet.json);
    return out + R"(,"attachments":)" + std::to_string(packet.attachments);
}

std::string refusal(PacketError error) { return R"({"error":)" + std::to_string(static_cast<int>(error)); }

std::string answer_to_text(std::string_view text)
{
    const auto packet = decode(text);
    return (packet ? fields(*packet) : refusal(packet.error())) + "}";
}

std::string answer_to_msgpack(std::string_view bytes)
{
    const auto packet = decode_msgpack(bytes);
    if (!packet) {
        const auto read = json_from_msgpack(bytes);
        const auto reason = read ? "" : R"(,"codec":)" + std::to_string(static_cast<int>(read.error()));
        return refusal(packet.error()) + reason + "}";
    }
    auto out = fields(packet->packet()) + R"(,"binary":[)";
    for (const auto& attachment : packet->attachments)
        out.append(&attachment == packet->attachments.data() ? "\"" : ",\"")
            .append(base64_encode(attachment))
            .append("\"");
    return out + R"(],"again":")" + base64_encode(encode_msgpack(packet->packet(), packet->attachments)) + "\"}";
}

}  // namespace

int main()
{
    std::ios::sync_with_stdio(false);
    for (std::string line; std::getline(std::cin, line);) {
        const auto bytes = line.empty() ? std::nullopt : base64_decode(std::string_view(line).substr(1));
        if (!bytes || (line.front() != 't' && line.front() != 'm')) {
            std::cerr << "each line is t or m and base64, this one is not: " << line << "\n";
            return 1;
        }
        // A line each: white space is legal inside JSON, and there it has no meaning.
        auto answer = line.front() == 't' ? answer_to_text(*bytes) : answer_to_msgpack(*bytes);
        for (auto& c : answer)
            c = c == '\n' || c == '\r' ? ' ' : c;
        std::cout << answer << "\n";
    }
    return 0;
}
