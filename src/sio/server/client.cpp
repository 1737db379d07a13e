#include "sio/server/client.hpp"

#include "base/fence.hpp"
#include "codec/json_text.hpp"
#include "sio/server/acks.hpp"
#include "sio/server/core.hpp"

#include <algorithm>

namespace wgw::sio {
namespace {

/// Whether a client comes back by itself after that.
bool may_come_back(CloseReason reason)
{
    return reason != CloseReason::client_namespace_disconnect && reason != CloseReason::server_namespace_disconnect &&
           reason != CloseReason::parse_error;
}

std::optional<std::string> string_member(JsonValue object, std::string_view name)
{
    const auto value = object.find(name);
    return value && value->is_string() ? std::optional(value->string()) : std::nullopt;
}

/// A string without its escapes: `kept` holds it if it has some. Of a number, its digits.
std::string_view plain(JsonValue name, std::string& kept)
{
    const auto text = name.text();
    if (!name.is_string())
        return text;
    if (!text.contains('\\'))
        return text.substr(1, text.size() - 2);
    return kept = name.string();
}

}  // namespace

Client::Client(ServerCore& core, Opening opening)
    : EngineConnection(std::move(opening)), core_(core), packets_(core.socket_options, core.loop.now())
{
    arm();
}

Client::~Client() { end_sockets(CloseReason::server_shutting_down); }

// What it says

void Client::on_message(const Message& message)
{
    struct Release {
        SocketSession& packets;
        ~Release() { packets.release(); }
    };
    const Release release{packets_};
    const Instant now = core_.loop.now();
    hear(message.binary ? packets_.binary(message.data, now) : packets_.text(message.data, now));
}

void Client::on_deadline(Instant now) { hear(packets_.tick(now)); }

void Client::hear(const SocketEvent& event)
{
    if (const auto* said = std::get_if<Event>(&event))
        on_event(*said);
    else if (const auto* connect = std::get_if<Connect>(&event))
        on_connect(*connect);
    else if (const auto* ack = std::get_if<Ack>(&event))
        on_ack(*ack);
    else if (const auto* many = std::get_if<TooMany>(&event))
        EngineConnection::send(many->refusal);
    else if (const auto* violation = std::get_if<Violation>(&event))
        on_violation(*violation);
    else if (const auto* disconnect = std::get_if<Disconnect>(&event))
        if (auto* socket = find(disconnect->nsp))
            end_socket(*socket, CloseReason::client_namespace_disconnect);
}

void Client::on_event(const Event& event)
{
    Socket* socket = find(event.nsp);
    if (socket == nullptr)
        return;
    const SocketRef alive = socket->ref();
    const Handlers& handlers = *socket->nsp_.handlers_;
    Arguments arguments(event.json, event.attachments);
    std::string kept;
    const std::string_view name = plain(arguments[0], kept);
    arguments.remove_first();

    if (!passes_guards(*socket, name, arguments))
        return;
    if (handlers.any) {
        handlers.any(*socket, name, arguments);
        if (!alive)
            return;
    }
    Reply reply = event.ack ? Reply(alive, *event.ack) : Reply();
    if (const auto known = handlers.events.find(name); known != handlers.events.end())
        known->second(*socket, arguments, std::move(reply));
    else if (handlers.other)
        handlers.other(*socket, name, arguments, std::move(reply));
}

bool Client::passes_guards(Socket& socket, std::string_view name, const Arguments& arguments)
{
    if (!socket.rare_)
        return true;
    const SocketRef alive = socket.ref();
    // A guard may add another, and must not move meanwhile.
    auto guards = std::exchange(socket.rare_->guards, {});
    std::optional<std::string> refusal;
    for (auto guard = guards.begin(); guard != guards.end() && !refusal && alive; ++guard)
        refusal = (*guard)(name, arguments);
    if (!alive)
        return false;
    std::ranges::move(socket.rare_->guards, std::back_inserter(guards));  // what they have added
    socket.rare_->guards = std::move(guards);
    if (const auto& handler = socket.nsp_.handlers_->error; handler && refusal)
        handler(socket, *refusal);
    return !refusal;
}

void Client::on_ack(const Ack& ack)
{
    auto* socket = find(ack.nsp);
    if (socket != nullptr && socket->nsp_.acks_)
        socket->nsp_.acks_->answer(*socket, ack.id, Arguments(ack.json, ack.attachments));
}

void Client::on_violation(const Violation& violation)
{
    std::vector<SocketRef> refs;  // a handler may end any of them
    for (const Socket* socket = sockets_.get(); socket != nullptr; socket = socket->next_.get())
        refs.push_back(socket->ref());
    for (const auto& ref : refs)
        if (auto* socket = ref.get())
            if (const auto& handler = socket->nsp_.handlers_->error)
                fenced("A handler failed.", [&] { handler(*socket, violation.why); }, [&] { return socket->id(); });
    // The reference server calls the same thing by two names: the second where it cannot close at once.
    const bool by_server = violation.is_misplaced && !is_writable();
    close(by_server ? CloseReason::forced_server_close : CloseReason::forced_close);
}

// Its coming

void Client::on_connect(const Connect& connect)
{
    Namespace* nsp = core_.find(connect.nsp, connect.auth);
    if (nsp == nullptr)
        return EngineConnection::send(packets_.refuse(connect.nsp, "Invalid namespace"));
    auto lost = find_lost(*nsp, connect.auth);
    Socket& socket = add(*nsp, connect.auth, lost.get());
    const bool asks_nobody = lost && nsp->recovery_->options().skip_middlewares;
    admit(socket.ref(), asks_nobody ? nsp->handlers_->middlewares.size() : 0, std::move(lost));
}

std::shared_ptr<const Client::Lost> Client::find_lost(Namespace& nsp, std::string_view auth) const
{
    if (!nsp.recovery_ || auth.empty())
        return {};
    const JsonValue said(auth);
    const auto pid = string_member(said, "pid");
    auto offset = string_member(said, "offset");
    if (!pid || !offset)
        return {};
    auto session = nsp.recovery_->restore(*pid, *offset, core_.loop.now());
    if (!session)
        return {};
    auto lost = std::make_shared<const Lost>(*std::move(session), *std::move(offset));
    return missed_by(nsp, *lost) ? lost : nullptr;
}

/// Nothing: it is not all remembered any more, or more than half of what may wait for a client. With more its queue
/// could run over before it has read any of it, and it would come back for the same, again and again.
std::optional<std::vector<Encoded>> Client::missed_by(const Namespace& nsp, const Lost& lost) const
{
    auto missed = nsp.recovery_->missed(lost.session, lost.offset);
    std::size_t packets = 0;
    std::size_t bytes = 0;
    for (const auto& event : missed ? *missed : std::vector<Encoded>())
        for (const auto& frame : frames_of(event)) {
            ++packets;
            bytes += frame.size();
        }
    if (2 * packets > core_.options.engine.queue_packets || 2 * bytes > core_.options.engine.queue_bytes)
        return {};
    return missed;
}

Socket& Client::add(Namespace& nsp, std::string_view auth, const Lost* lost)
{
    const auto number = lost != nullptr ? ServerCore::number_of(lost->session.sid) : core_.next_socket++;
    auto id = lost != nullptr ? Socket::Id() : core_.make_id(number);
    if (lost != nullptr)
        std::ranges::copy(lost->session.sid, id.begin());
    auto made = std::make_unique<Socket>(nsp, *this, number, id, auth);
    Socket& socket = *made;
    auto* end = &sockets_;  // the first to come is the first to be told of the end
    while (*end)
        end = &(*end)->next_;
    *end = std::move(made);
    core_.sockets.sockets_.insert(&socket);
    nsp.add(socket);
    if (lost != nullptr) {
        socket.recovered_ = true;
        socket.data = lost->session.data;
        socket.rare().pid = lost->session.pid;
        for (const auto& room : lost->session.rooms)
            socket.join(room);
    }
    return socket;
}

void Client::admit(SocketRef ref, std::size_t asked, std::shared_ptr<const Lost> lost)
{
    Socket* socket = ref.get();
    if (socket == nullptr)
        return;
    const auto& middlewares = socket->nsp_.handlers_->middlewares;
    if (asked >= middlewares.size())
        return socket->client_.accept(*socket, lost.get());
    middlewares[asked](*socket, [ref, asked, lost = std::move(lost)](std::optional<ConnectError> error) mutable {
        if (!error)
            admit(ref, asked + 1, std::move(lost));
        else if (auto* refused = ref.get())
            refused->client_.refuse(*refused, *error);
    });
}

void Client::refuse(Socket& socket, const ConnectError& error)
{
    const auto& nsp = socket.nsp_.name();
    if (packets_.state(nsp) != SocketSession::State::connecting)
        return;
    std::string_view data = error.data;
    if (!data.empty() && json_check(data) != JsonError::none) {
        log::error(
            "The data of a refusal is no JSON, and is left out.",
            {
                {"sid", socket.id()}
        }
        );
        data = {};
    }
    EngineConnection::send(packets_.refuse(nsp, error.message, data));
    end_socket(socket, CloseReason::server_namespace_disconnect);
}

void Client::accept(Socket& socket, const Lost* lost)
{
    Namespace& nsp = socket.nsp_;
    if (packets_.state(nsp.name()) != SocketSession::State::connecting)
        return;
    if (lost != nullptr) {
        const auto missed = missed_by(nsp, *lost);
        if (!missed)  // since a middleware began to think; it comes back as somebody new
            return close(CloseReason::forced_server_close);
        for (const auto& event : *missed)
            send(event);
    }
    if (nsp.recovery_ && socket.rare().pid.empty())
        socket.rare().pid = core_.make_secret();
    const std::string_view pid = nsp.recovery_ ? std::string_view(socket.rare().pid) : "";
    EngineConnection::send(packets_.accept(nsp.name(), socket.id(), pid));
    socket.accepted_ = true;
    established();
    arm();
    if (const auto& handler = nsp.handlers_->connection)
        handler(socket);
}

// Its going

void Client::leave(Socket& socket)
{
    constexpr auto kReason = CloseReason::server_namespace_disconnect;
    const auto& nsp = socket.nsp_.name();
    const auto state = is_closed() ? SocketSession::State::absent : packets_.state(nsp);
    if (state == SocketSession::State::joined)
        EngineConnection::send(packets_.leave(nsp));
    else if (state == SocketSession::State::connecting)
        EngineConnection::send(packets_.refuse(nsp, text_of(kReason)));  // by its middleware: it waits for an answer
    end_socket(socket, kReason);
}

void Client::leave_all()
{
    while (sockets_)
        leave(*sockets_);
}

void Client::on_closed(CloseReason reason) { end_sockets(reason); }

void Client::end_sockets(CloseReason reason)
{
    while (sockets_)
        end_socket(*sockets_, reason);
}

void Client::end_socket(Socket& socket, CloseReason reason)
{
    auto ended = take(socket);
    if (!ended)
        return;  // a handler of its disconnect asks for it once more
    if (!sockets_)
        resume();  // nobody is left who would
    Namespace& nsp = ended->nsp_;
    const Handlers& handlers = *nsp.handlers_;
    const auto sid = [&ended] { return ended->id(); };
    if (handlers.disconnecting)
        fenced("A handler failed.", [&] { handlers.disconnecting(*ended, reason); }, sid);
    if (nsp.recovery_ && ended->accepted_ && may_come_back(reason))
        nsp.recovery_->keep(
            {ended->rare().pid, std::string(ended->id()), ended->rooms_.names(), ended->data}, core_.loop.now()
        );
    ended->leave_all();
    nsp.remove(*ended);
    core_.sockets.sockets_.take(ended->number());
    if (nsp.acks_)
        fenced("A handler failed.", [&] { nsp.acks_->gone(*ended); }, sid);
    if (handlers.disconnect)
        fenced("A handler failed.", [&] { handlers.disconnect(*ended, reason); }, sid);
    core_.keep_for_now(std::move(ended));
    core_.on_left(nsp);
}

/// Nothing: it is not, or no longer, of this client.
std::unique_ptr<Socket> Client::take(const Socket& socket)
{
    auto* at = &sockets_;
    while (*at && at->get() != &socket)
        at = &(*at)->next_;
    auto taken = std::move(*at);
    if (taken)
        *at = std::move(taken->next_);
    return taken;
}

Socket* Client::find(std::string_view nsp) const
{
    for (Socket* socket = sockets_.get(); socket != nullptr; socket = socket->next_.get())
        if (socket->nsp_.name() == nsp)
            return socket;
    return nullptr;
}

}  // namespace wgw::sio
