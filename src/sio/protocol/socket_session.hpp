#pragma once
/// The Socket.IO 5 layer of one connection: which namespaces it has joined, and what each packet means to them.
///
/// Pure; one thread. Each input is one event at most, so there is nothing to collect: the caller visits what is
/// returned. A Violation means that the caller closes the connection (CloseReason::forced_close) and drops this object.
///
///     client         here                                    caller
///     0/n,{auth}     not joined → connecting: Connect        accept() or refuse(), now or later
///     2/n,7["x",1]   joined: Event                           handler
///     3/n,7[…]       joined: Ack                             pending ack; an unknown id is ignored there
///     1/n            joined: Disconnect                      ends the socket; the connection stays
///                                                            leave(): the server ends it, packets in flight are
///                                                            dropped
///     all else       Violation
///
/// Parser    the first message of a client tells which one it has: text is the default one's, binary is that of
///           socket.io-msgpack-parser. It stays with that one, and so do we
/// Lifetime  events look into the input, or into what is kept here until release()
/// Bounds    namespaces (one more is refused), attachments, bytes of a binary packet, time for its attachments, time to
///           join a first namespace: SocketOptions. At each of these: Violation
/// Memory    64 bytes as long as only the namespace "/" is used and no attachment is due
/// Source    Socket.IO protocol revision 5; where ours is stricter or kinder than Node, the test says "ours"
/// Tests     socket_session_test.cpp, random_session_test.cpp

#include "base/time.hpp"
#include "sio/protocol/packet.hpp"
#include "sio/protocol/packet_msgpack.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wgw::sio {

struct SocketOptions {
    Duration connect_timeout{10'000};     ///< From the start until a first namespace is joined.
    Duration attachment_timeout{10'000};  ///< From a binary packet's header to its last attachment.
    int max_attachments = kMaxAttachments;
    std::size_t max_namespaces = 32;  ///< Connecting, joined, or just left by the server.
    /// Bytes of a binary packet: header and attachments. Also of these alone, each as often as a placeholder means it.
    std::size_t max_payload = 1'000'000;
    bool msgpack = true;   ///< Whether clients may have the parser for it.
    JsonLimits json = {};  ///< Of a packet.
};

/// The client asks for a namespace. Answer with accept() or refuse().
struct Connect {
    std::string_view nsp;
    std::string_view auth;  ///< An object, or empty.
};

struct Event {
    std::string_view nsp;
    std::optional<std::int64_t> ack;  ///< The client wants an answer under this id.
    std::string_view json;            ///< `["name",…]`, checked.

    /// `{"_placeholder":true,"num":n}` in the JSON stands for number n of them, if there are any.
    std::span<const std::string> attachments = {};
};

struct Ack {
    std::string_view nsp;
    std::int64_t id = 0;
    std::string_view json;  ///< `[…]`, checked.
    std::span<const std::string> attachments = {};
};

/// The client has left a namespace.
struct Disconnect {
    std::string_view nsp;
};

/// The client asks for one namespace too many; it stays. To be sent.
struct TooMany {
    Frame refusal;
};

/// The connection has to be closed. `why` is a sentence for the log.
struct Violation {
    std::string_view why;
    bool is_misplaced = false;  ///< A packet that can be read, where it does not belong.
};

using SocketEvent = std::variant<std::monostate, Connect, Event, Ack, Disconnect, TooMany, Violation>;

class SocketSession {
public:
    enum class State : std::uint8_t { absent, connecting, joined, left };

    /// `options` outlives the session.
    SocketSession(const SocketOptions& options, Instant now);

    /// A text message, without the Engine.IO `4`.
    SocketEvent text(std::string_view packet, Instant now);

    /// A binary message.
    SocketEvent binary(std::string_view bytes, Instant now);

    /// The last event has been dealt with: nobody looks into what it looked into any more.
    void release();

    SocketEvent tick(Instant now);
    Instant next_deadline() const;

    /// The peer has not been heard, and that was not its fault: its time for the attachments begins anew.
    void excuse(Instant now);

    /// The reply to Connect: `40{"sid":"…"}`, and the namespace is joined. `pid` is what the client needs to recover
    /// its state; empty: it cannot. Neither needs JSON escapes. Precondition of both: state(nsp) is connecting.
    Frame accept(std::string_view nsp, std::string_view sid, std::string_view pid = {});

    /// `44{"message":"…","data":…}`; the client may try again. `data` is JSON, or empty for none.
    Frame refuse(std::string_view nsp, std::string_view message, std::string_view data = {});

    /// The server leaves a namespace: `41`. The connection stays. Precondition: state(nsp) is joined.
    Frame leave(std::string_view nsp);

    State state(std::string_view nsp) const;

    /// Whether packets have to be sent in that form: as binary messages of encode_msgpack().
    bool speaks_msgpack() const { return parser_ == Parser::msgpack; }

private:
    enum class Parser : std::uint8_t { unknown, text, msgpack };

    struct Namespace {
        std::string name;
        State state;
    };

    /// A packet that is not as long in the input as it is needed.
    struct Kept {
        std::string text;  // a text packet whose attachments are to follow
        MsgpackPacket msgpack;
        Packet packet;  // looks into one of the two
        std::vector<std::string> attachments;
        std::size_t bytes = 0;  // of the text and of the attachments so far
        Instant deadline;
    };

    SocketEvent receive(const Packet& packet, std::span<const std::string> attachments);
    SocketEvent connect(const Packet& packet);
    SocketEvent dispatch(const Packet& packet, std::span<const std::string> attachments);
    SocketEvent begin_binary(std::string_view text, const Packet& packet, Instant now);
    SocketEvent attachment(std::string_view bytes, Instant now);
    SocketEvent msgpack(std::string_view bytes);
    Frame frame(const Packet& packet) const;
    bool is_here(std::string_view nsp) const;
    SocketEvent violation(std::string_view why, bool is_misplaced = false);
    Frame refusal(std::string_view nsp, std::string_view message, std::string_view data = {}) const;
    bool set_state(std::string_view nsp, State state);

    const SocketOptions* options_;
    Instant connect_deadline_;
    std::vector<Namespace> others_;  // all but "/"
    std::unique_ptr<Kept> kept_;
    State root_ = State::absent;  // of "/", which most clients use alone
    Parser parser_ = Parser::unknown;
    bool pending_ = false;  // kept_ waits for attachments
    bool closed_ = false;   // after a violation nothing is an event
};

}  // namespace wgw::sio
