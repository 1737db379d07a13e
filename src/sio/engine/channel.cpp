#include "sio/engine/channel.hpp"

#include "sio/engine/connection.hpp"

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
    if (connection_ != nullptr)
        connection_->on_channel_open(*this);
    else
        socket.drop();
}

void Channel::on_text(std::string_view bytes)
{
    if (connection_ != nullptr)
        connection_->on_text(*this, bytes);
}

void Channel::on_binary(std::string_view bytes)
{
    if (connection_ != nullptr)
        connection_->on_binary(*this, bytes);
}

std::span<const Frame> Channel::queued()
{
    if (probe_answer_)
        return {&probe_answer_, 1};
    return connection_ != nullptr ? connection_->queued(*this) : std::span<const Frame>();
}

void Channel::written(std::size_t frames)
{
    if (probe_answer_)
        probe_answer_ = {};
    else if (connection_ != nullptr)
        connection_->written(frames);
}

void Channel::on_closed(bool broken)
{
    socket_ = nullptr;
    if (connection_ != nullptr)
        connection_->on_channel_closed(*this, broken);
    delete this;
}

}  // namespace wgw::sio
