#include "sio/server/target.hpp"

#include "sio/protocol/packet.hpp"
#include "sio/server/acks.hpp"
#include "sio/server/namespace.hpp"

#include <memory>

namespace wgw::sio {
namespace {

/// Collects what several namespaces answer.
struct Collected {
    BroadcastAnswers answers;
    std::size_t waiting = 0;
    BroadcastHandler handler;

    void add(BroadcastAnswers more)
    {
        std::ranges::move(more.answers, std::back_inserter(answers.answers));
        answers.missing += more.missing;
        if (--waiting == 0)
            handler(std::move(answers));
    }
};

}  // namespace

Target Target::to(std::string_view room) const
{
    Target target = *this;
    target.rooms_.emplace_back(room);
    return target;
}

Target Target::except(std::string_view room) const
{
    Target target = *this;
    target.except_.emplace_back(room);
    return target;
}

Target Target::as_volatile() const
{
    Target target = *this;
    target.volatile_ = true;
    return target;
}

Target Target::uncompressed() const
{
    Target target = *this;
    target.compress_ = false;
    return target;
}

/// The same in each namespace of a pattern.
std::vector<Target> Target::family() const
{
    std::vector<Target> targets;
    for (auto* nsp : nsp_->family_) {
        targets.push_back(*this);
        targets.back().nsp_ = nsp;
    }
    return targets;
}

void Target::emit_payload(std::string_view event, const Payload& payload) const
{
    nsp_->emit_to(*this, event, payload);
    for (const auto& target : family())
        target.nsp_->emit_to(target, event, payload);
}

void Target::ask(std::string_view event, const Payload& payload, Duration timeout, BroadcastHandler handler) const
{
    auto targets = family();
    if (targets.empty()) {
        const auto sockets = nsp_->select(*this);
        const auto id = nsp_->acks().ask_all(sockets, timeout, std::move(handler));
        const auto json = event_json(event, payload.values());
        const Encoded encoded({.nsp = nsp_->name(), .ack = id, .json = json}, payload.attachments());
        nsp_->deliver(sockets, encoded);
        return;
    }
    const auto all = std::make_shared<Collected>(BroadcastAnswers(), targets.size(), std::move(handler));
    for (const auto& target : targets)
        target.ask(event, payload, timeout, [all](BroadcastAnswers answers) { all->add(std::move(answers)); });
}

Task<BroadcastAnswers> Target::ask(std::string event, Payload payload, Duration timeout) const
{
    return ask_later(*this, std::move(event), std::move(payload), timeout);
}

// With a target of its own: a task begins when it is awaited, and the one that made it may be gone by then.
Task<BroadcastAnswers> Target::ask_later(Target target, std::string event, Payload payload, Duration timeout)
{
    auto start = [&](auto done) { target.ask(event, payload, timeout, BroadcastHandler(std::move(done))); };
    co_return co_await callback<BroadcastAnswers>(start);
}

std::vector<Socket*> Target::sockets() const
{
    auto all = nsp_->select(*this);
    for (const auto& target : family())
        std::ranges::copy(target.sockets(), std::back_inserter(all));
    return all;
}

bool Target::join(std::string_view room) const
{
    bool all = true;
    for (auto* socket : sockets())
        all = socket->join(room) && all;
    return all;
}

void Target::leave(std::string_view room) const
{
    for (auto* socket : sockets())
        socket->leave(room);
}

void Target::disconnect(bool close) const
{
    // The end of one may be the end of others: its handlers may do anything.
    std::vector<SocketRef> refs;
    for (const auto* socket : sockets())
        refs.push_back(socket->ref());
    for (const auto& ref : refs)
        if (auto* socket = ref.get())
            socket->disconnect(close);
}

}  // namespace wgw::sio
