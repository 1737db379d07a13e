#include "sio/protocol/socket_session.hpp"

#include "codec/json_text.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace wgw::sio {

namespace {

constexpr Instant kNever{std::numeric_limits<std::int64_t>::max()};

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
    const auto packet = decode(text, options_->max_attachments);
    if (!packet)
        return violation(sentence(packet.error()));

    if (packet->type == PacketType::connect)
        return connect(*packet);
    if (packet->type == PacketType::connect_error)
        return violation("a CONNECT_ERROR from a client");
    const auto known = state(packet->nsp);
    if (known == State::absent || known == State::connecting)
        return violation("a packet for a namespace that is not joined");
    if (packet->attachments > 0)
        return begin_binary(text, *packet, now);
    return dispatch(*packet, nullptr);
}

SocketEvent SocketSession::connect(const Packet& packet)
{
    const auto known = state(packet.nsp);
    if (known == State::connecting || known == State::joined)
        return violation("a second CONNECT for a namespace");
    if (!set_state(packet.nsp, State::connecting))
        return violation("a CONNECT beyond the greatest number of namespaces");
    return Connect{packet.nsp, packet.json};
}

SocketEvent SocketSession::dispatch(const Packet& packet, std::unique_ptr<const BinaryMessage> binary)
{
    // The server has just left: the client could not know when it sent this.
    if (state(packet.nsp) != State::joined)
        return {};
    switch (packet.type) {
    case PacketType::event:
    case PacketType::binary_event:
        return Event{packet.nsp, packet.ack, packet.json, std::move(binary)};
    case PacketType::ack:
    case PacketType::binary_ack:
        if (!packet.ack)
            return {};
        return Ack{packet.nsp, *packet.ack, packet.json, std::move(binary)};
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
    auto message = std::make_unique<BinaryMessage>(std::string(text));
    Packet kept = packet;
    kept.nsp = moved(packet.nsp, text, message->header);
    kept.json = moved(packet.json, text, message->header);
    pending_ = std::make_unique<Pending>(std::move(message), kept, text.size(), now + options_->attachment_timeout);
    return {};
}

SocketEvent SocketSession::binary(std::string_view bytes, Instant now)
{
    if (closed_)
        return {};
    if (!pending_)
        return violation("an attachment without a packet");
    if (now >= pending_->deadline)
        return violation("attachments that did not come in time");
    pending_->bytes += bytes.size();
    if (pending_->bytes > options_->max_payload)
        return violation("a binary packet that is too large");

    auto& attachments = pending_->message->attachments;
    attachments.emplace_back(bytes);
    if (attachments.size() < static_cast<std::size_t>(pending_->packet.attachments))
        return {};
    const auto complete = std::move(pending_);
    return dispatch(complete->packet, std::move(complete->message));
}

SocketEvent SocketSession::tick(Instant now)
{
    if (closed_)
        return {};
    if (now >= connect_deadline_)
        return violation("no namespace was joined in time");
    if (pending_ && now >= pending_->deadline)
        return violation("attachments that did not come in time");
    return {};
}

Instant SocketSession::next_deadline() const
{
    if (closed_)
        return kNever;
    return pending_ ? std::min(connect_deadline_, pending_->deadline) : connect_deadline_;
}

void SocketSession::excuse(Instant now)
{
    if (pending_)
        pending_->deadline = std::max(pending_->deadline, now + options_->attachment_timeout);
}

SocketEvent SocketSession::violation(std::string_view why)
{
    closed_ = true;
    pending_.reset();
    return Violation{why};
}

Frame SocketSession::accept(std::string_view nsp, std::string_view sid)
{
    assert(state(nsp) == State::connecting);
    set_state(nsp, State::joined);
    connect_deadline_ = kNever;
    const auto json = std::string(R"({"sid":")").append(sid).append(R"("})");
    return to_frame({.type = PacketType::connect, .nsp = nsp, .json = json});
}

Frame SocketSession::refuse(std::string_view nsp, std::string_view message, std::string_view data)
{
    assert(state(nsp) == State::connecting);
    std::string json = R"({"message":)";
    append_json_string(json, message);
    if (!data.empty())
        json.append(R"(,"data":)").append(data);
    json += '}';
    auto frame = to_frame({.type = PacketType::connect_error, .nsp = nsp, .json = json});
    set_state(nsp, State::absent);  // last: `nsp` may be a view of what this frees
    return frame;
}

Frame SocketSession::leave(std::string_view nsp)
{
    assert(state(nsp) == State::joined);
    set_state(nsp, State::left);
    return to_frame({.type = PacketType::disconnect, .nsp = nsp});
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
