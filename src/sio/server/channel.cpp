#include "sio/server/channel.hpp"

#include "sio/server/session.hpp"

namespace wgw::sio {

void Channel::answer_probe(Frame frame)
{
    probe_answer_ = std::move(frame);
    if (socket_ != nullptr)
        socket_->touch();
}

void Channel::on_open(net::WebSocket& socket)
{
    socket_ = &socket;
    if (session_ != nullptr)
        session_->on_channel_open(*this);
    else
        socket.drop();
}

void Channel::on_text(std::string_view bytes)
{
    if (session_ != nullptr)
        session_->on_text(*this, bytes);
}

void Channel::on_binary(std::string_view bytes)
{
    if (session_ != nullptr)
        session_->on_binary(*this, bytes);
}

std::span<const Frame> Channel::queued()
{
    if (probe_answer_)
        return {&probe_answer_, 1};
    return session_ != nullptr ? session_->queued(*this) : std::span<const Frame>();
}

void Channel::written(std::size_t frames)
{
    if (probe_answer_)
        probe_answer_ = {};
    else if (session_ != nullptr)
        session_->written(frames);
}

void Channel::on_closed(bool broken)
{
    socket_ = nullptr;
    if (session_ != nullptr)
        session_->on_channel_closed(*this, broken);
    delete this;
}

}  // namespace wgw::sio
