#pragma once
/// A non-blocking TCP connection of the load generator: bytes out, whole WebSocket messages in.
///
/// An HTTP response comes first: what it says is read by take_response(), and everything behind it is frames.

#include "loadgen/client_frames.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace wgw::loadgen {

struct Address {
    sockaddr_storage bytes{};
    socklen_t size = 0;
    int family = 0;
    std::string host;  ///< As it stands in the URL, with its port.
};

/// Of `http://host:port`. Throws std::runtime_error with a sentence.
Address resolve(const std::string& url);
bool is_loopback(const Address& address);

class Connection {
public:
    enum class State { none, connecting, upgrading, opening, joining, ready, closed };

    Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection(Connection&& other) noexcept;
    Connection& operator=(Connection&&) = delete;
    ~Connection() { close(); }

    /// Begins to connect. False: there is no descriptor or no port left.
    bool open(const Address& address);
    /// Once it is writable: 0, or why it could not connect.
    int connect_error() const;
    void close();

    /// Writes what the kernel takes and keeps the rest. False: the connection is broken.
    bool write(std::string_view bytes);
    bool flush();
    bool wants_to_write() const { return !out_.empty(); }

    /// Reads once into `buffer` and calls `on_frame(ServerFrame)` for each whole frame, or `on_response(text)` for an
    /// HTTP response in state upgrading. False: the connection has ended, or sent what is no frame.
    template <class OnResponse, class OnFrame>
    bool read(std::span<char> buffer, OnResponse&& on_response, OnFrame&& on_frame)
    {
        bool ended = false;
        std::string_view bytes = receive(buffer, ended);
        if (ended)
            return false;
        if (state == State::upgrading && !bytes.empty()) {
            const auto end = bytes.find("\r\n\r\n");
            if (end != std::string_view::npos) {
                on_response(bytes.substr(0, end));
                bytes.remove_prefix(end + 4);
            }
        }
        while (state > State::upgrading && state < State::closed) {
            const auto frame = server_frame(bytes);
            if (!frame)
                break;
            if (frame->bad)
                return false;
            on_frame(*frame);
            bytes.remove_prefix(frame->size);
        }
        keep(bytes);
        return true;
    }

    int descriptor() const { return descriptor_; }

    State state = State::none;

private:
    std::string_view receive(std::span<char> buffer, bool& ended);
    void keep(std::string_view rest);

    int descriptor_ = -1;
    std::string in_;  ///< The front of a frame whose rest has not arrived.
    std::string out_;
};

}  // namespace wgw::loadgen
