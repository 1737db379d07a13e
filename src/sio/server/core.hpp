#pragma once
/// What the clients of a server share. Inside of the library only.

#include "base/random.hpp"
#include "sio/engine/engine_server.hpp"
#include "sio/protocol/socket_session.hpp"
#include "sio/server/namespace.hpp"
#include "sio/server/options.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::sio {

class ServerCore {
public:
    using Matches = std::function<bool(std::string_view name, std::string_view auth)>;

    ServerCore(net::Loop& loop, Random& random, ServerOptions options);

    Namespace& of(std::string_view name);
    Namespace& of_matching(Matches matches);

    /// The namespace that a client asks for, made if it is one of a pattern. nullptr: there is none.
    Namespace* find(std::string_view name, std::string_view auth);

    /// A socket has ended, perhaps inside of a handler that goes on with it: it is destroyed at the end of this turn.
    void keep_for_now(std::unique_ptr<Socket> ended);

    /// A socket has left. Of a pattern: if it was the last, the namespace goes, at the end of this turn.
    void on_left(Namespace& nsp);

    /// The number stands in the id, mixed with its random part, so that a socket is found by its id without a table.
    Socket::Id make_id(std::uint64_t number);
    static std::uint64_t number_of(std::string_view id);

    /// 20 characters that nobody can guess.
    std::string make_secret();

    net::Loop& loop;
    StockedRandom random;
    const ServerOptions options;
    const SocketOptions socket_options;
    SocketTable sockets;
    std::uint64_t next_socket = 1;

private:
    struct Pattern {
        Matches matches;
        std::unique_ptr<Namespace> nsp;
    };

    std::map<std::string, std::unique_ptr<Namespace>, std::less<>> namespaces_;
    std::vector<Pattern> patterns_;
    std::vector<std::unique_ptr<Socket>> ended_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< For what is posted and may run after us.

public:
    EngineServer engine;  ///< Last: its connections use all of the above.
};

}  // namespace wgw::sio
