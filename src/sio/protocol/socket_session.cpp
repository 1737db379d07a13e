#include "sio/protocol/socket_session.hpp"

#include "codec/json_text.hpp"
#include "sio/protocol/placeholders.hpp"

#include <algorithm>
#include <cassert>

namespace wgw::sio {

namespace {

std::string_view sentence(PacketError error)
{
    using enum PacketError;
    switch (error) {
    case unknown_type:
        return "a packet of an unknown type";
    case attachment_count:
        return "a packet with a wrong number of attachments";
    case nsp:
        return "a packet with a namespace that is too long";
    case ack_id:
        return "a packet with a wrong ack id";
    case json:
        return "a packet whose payload is not JSON within its limits";
    case wrong_payload:
        return "a packet with a payload that its type does not have";
    case placeholder:
        return "a packet with a placeholder for an attachment that it does not have";
    }
    return "a packet that cannot be read";
}

/// The same part of `copy` as `part` is of `original`; parts from elsewhere (the literal "/") stay.
std::string_view moved(std::string_view part, std::string_view original, std::string_view copy)
{
    const auto* begin = original.data();
    if (std::less<>()(part.data(), begin) || !std::less<>()(part.data(), begin + original.size()))
        return part;
    return copy.substr(static_cast<std::size_t>(part.data() - begin), part.size());
}

}  // namespace

SocketSession::SocketSession(const SocketOptions& options, Instant now)
    : options_(&options), connect_deadline_(now + options.connect_timeout)
{
}

SocketEvent SocketSession::text(std::string_view text, Instant now)
{
    if (closed_)
        return {};
    if (pending_)
        return violation("a text packet where an attachment is due");
    if (parser_ == Parser::msgpack)
        return violation("a text packet from a client that speaks MessagePack");
    parser_ = Parser::text;
    const auto packet = decode(text, options_->max_attachments, options_->json);
    if (!packet)
        return violation(sentence(packet.error()));
    if (packet->attachments > 0 && is_here(packet->nsp))
        return begin_binary(text, *packet, now);
    return receive(*packet, {});
}

SocketEvent SocketSession::binary(std::string_view bytes, Instant now)
{
    if (closed_)
        return {};
    if (pending_)
        return attachment(bytes, now);
    if (parser_ == Parser::text || !options_->msgpack)
        return violation("an attachment without a packet");
    parser_ = Parser::msgpack;
    return msgpack(bytes);
}

SocketEvent SocketSession::msgpack(std::string_view bytes)
{
    // In JSON a message may be longer than it came: what is escaped there is not escaped here.
    auto packet = decode_msgpack(bytes, options_->max_attachments, 2 * options_->max_payload, options_->json);
    if (!packet)
        return violation(sentence(packet.error()));
    kept_ = std::make_unique<Kept>();
    kept_->msgpack = *std::move(packet);
    return receive(kept_->msgpack.packet(), kept_->msgpack.attachments);
}

SocketEvent SocketSession::receive(const Packet& packet, std::span<const std::string> attachments)
{
    if (packet.type == PacketType::connect)
        return connect(packet);
    if (packet.type == PacketType::connect_error)
        return violation("a CONNECT_ERROR from a client", true);
    if (!is_here(packet.nsp))
        return violation("a packet for a namespace that is not joined", true);
    return dispatch(packet, attachments);
}

SocketEvent SocketSession::connect(const Packet& packet)
{
    const auto known = state(packet.nsp);
    if (known == State::connecting || known == State::joined)
        return violation("a second CONNECT for a namespace", true);
    if (!set_state(packet.nsp, State::connecting))
        return TooMany{refusal(packet.nsp, "Too many namespaces")};
    return Connect{packet.nsp, packet.json};
}

SocketEvent SocketSession::dispatch(const Packet& packet, std::span<const std::string> attachments)
{
    // The server has just left: the client could not know when it sent this.
    if (state(packet.nsp) != State::joined)
        return {};
    switch (packet.type) {
    case PacketType::event:
    case PacketType::binary_event:
        return Event{packet.nsp, packet.ack, packet.json, attachments};
    case PacketType::ack:
    case PacketType::binary_ack:
        if (!packet.ack)
            return {};
        return Ack{packet.nsp, *packet.ack, packet.json, attachments};
    case PacketType::disconnect:
        set_state(packet.nsp, State::absent);
        return Disconnect{packet.nsp};
    case PacketType::connect:
    case PacketType::connect_error:
        break;
    }
    return {};
}

SocketEvent SocketSession::begin_binary(std::string_view text, const Packet& packet, Instant now)
{
    if (text.size() > options_->max_payload)
        return violation("a binary packet that is too large");
    kept_ = std::make_unique<Kept>();
    kept_->text = text;
    kept_->packet = packet;
    kept_->packet.nsp = moved(packet.nsp, text, kept_->text);
    kept_->packet.json = moved(packet.json, text, kept_->text);
    kept_->bytes = text.size();
    kept_->deadline = now + options_->attachment_timeout;
    pending_ = true;
    return {};
}

SocketEvent SocketSession::attachment(std::string_view bytes, Instant now)
{
    if (now >= kept_->deadline)
        return violation("attachments that did not come in time");
    kept_->bytes += bytes.size();
    if (kept_->bytes > options_->max_payload)
        return violation("a binary packet that is too large");

    kept_->attachments.emplace_back(bytes);
    if (kept_->attachments.size() < static_cast<std::size_t>(kept_->packet.attachments))
        return {};
    pending_ = false;
    // Whoever passes it on to a client that speaks MessagePack writes an attachment out as often as it is meant.
    if (bytes_in_placeholders(kept_->packet.json, kept_->attachments) > options_->max_payload)
        return violation("a binary packet that is too large where its attachments are meant more than once");
    return dispatch(kept_->packet, kept_->attachments);
}

void SocketSession::release()
{
    if (!pending_)
        kept_.reset();
}

SocketEvent SocketSession::tick(Instant now)
{
    if (closed_)
        return {};
    if (now >= connect_deadline_)
        return violation("no namespace was joined in time");
    if (pending_ && now >= kept_->deadline)
        return violation("attachments that did not come in time");
    return {};
}

Instant SocketSession::next_deadline() const
{
    if (closed_)
        return kNever;
    return pending_ ? std::min(connect_deadline_, kept_->deadline) : connect_deadline_;
}

void SocketSession::excuse(Instant now)
{
    if (pending_)
        kept_->deadline = std::max(kept_->deadline, now + options_->attachment_timeout);
}

SocketEvent SocketSession::violation(std::string_view why, bool is_misplaced)
{
    closed_ = true;
    pending_ = false;
    kept_.reset();
    return Violation{why, is_misplaced};
}

Frame SocketSession::accept(std::string_view nsp, std::string_view sid, std::string_view pid)
{
    assert(state(nsp) == State::connecting);
    set_state(nsp, State::joined);
    connect_deadline_ = kNever;
    auto json = std::string(R"({"sid":")").append(sid);
    if (!pid.empty())
        json.append(R"(","pid":")").append(pid);
    json += R"("})";
    return frame({.type = PacketType::connect, .nsp = nsp, .json = json});
}

Frame SocketSession::refuse(std::string_view nsp, std::string_view message, std::string_view data)
{
    assert(state(nsp) == State::connecting);
    auto told = refusal(nsp, message, data);
    set_state(nsp, State::absent);  // last: `nsp` may be a view of what this frees
    return told;
}

Frame SocketSession::refusal(std::string_view nsp, std::string_view message, std::string_view data) const
{
    std::string json = R"({"message":)";
    append_json_string(json, message);
    if (!data.empty())
        json.append(R"(,"data":)").append(data);
    json += '}';
    return frame({.type = PacketType::connect_error, .nsp = nsp, .json = json});
}

Frame SocketSession::leave(std::string_view nsp)
{
    assert(state(nsp) == State::joined);
    set_state(nsp, State::left);
    return frame({.type = PacketType::disconnect, .nsp = nsp});
}

Frame SocketSession::frame(const Packet& packet) const
{
    return speaks_msgpack() ? Frame::binary(encode_msgpack(packet)) : to_frame(packet);
}

bool SocketSession::is_here(std::string_view nsp) const
{
    const auto known = state(nsp);
    return known == State::joined || known == State::left;
}

SocketSession::State SocketSession::state(std::string_view nsp) const
{
    if (nsp == "/")
        return root_;
    const auto found = std::ranges::find(others_, nsp, &Namespace::name);
    return found == others_.end() ? State::absent : found->state;
}

/// False: there is no room for one more.
bool SocketSession::set_state(std::string_view nsp, State state)
{
    const bool is_root = nsp == "/";
    const auto found = is_root ? others_.end() : std::ranges::find(others_, nsp, &Namespace::name);
    if (state == State::absent) {
        if (is_root)
            root_ = state;
        else if (found != others_.end())
            others_.erase(found);
        return true;
    }
    if (found != others_.end()) {
        found->state = state;
        return true;
    }
    if (is_root && root_ != State::absent) {
        root_ = state;
        return true;
    }
    // A new one. Those that the server has left are only remembered, and make room.
    if (others_.size() + (root_ != State::absent ? 1 : 0) >= options_->max_namespaces) {
        const auto old = std::ranges::find(others_, State::left, &Namespace::state);
        if (old == others_.end())
            return false;
        others_.erase(old);
    }
    if (is_root)
        root_ = state;
    else
        others_.push_back({std::string(nsp), state});
    return true;
}

}  // namespace wgw::sio
