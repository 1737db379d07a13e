#pragma once
/// For tests: an EngineSession driven by lines of text, and what it wants done as one line.
///
///     play("get 1 & text 9 5")   one turn: its inputs, then flush() and what the WebSocket has to write
///
///     inputs   get N, post N body, octets N body, large N, begun N, gone N      requests
///              open N, shut N, break N, text N packet, binary N bytes           channels
///              send text, close code                                            the application
///              at ms                                                            time, then tick()
///              now ms                                                           time alone
///     outputs  `1: 200 4hello`, `9> 3probe`, `9: 4hello` (from the queue), `9 closed 1001`, `"hello"`, `<bytes>`,
///              `END ping timeout`, joined by `; `
///     The open packet is written OPEN, and 0x1e is written `␞` on both sides.

#include "sio/protocol/engine_session.hpp"

#include <charconv>
#include <string>
#include <string_view>

namespace wgw::sio {

inline std::string replaced(std::string text, std::string_view from, std::string_view to)
{
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

class EngineScript {
public:
    explicit EngineScript(Transport transport, const EngineOptions& options = {})
        : options_(options), session(options_, "sid-0123456789-abcde", transport, Instant{0})
    {
    }

    std::string play(std::string_view turn)
    {
        out_.clear();
        told_.clear();
        while (!turn.empty()) {
            const auto end = turn.find(" & ");
            input(turn.substr(0, end));
            turn.remove_prefix(end == std::string_view::npos ? turn.size() : end + 3);
        }
        session.flush(out_);
        tell();
        for (const auto& frame : session.queued())
            say(std::to_string(channel_) + (frame.is_binary() ? ": binary " : ": ") + shown(frame.packet()));
        session.written(session.queued().size());
        return told_;
    }

private:
    EngineOptions options_;

public:
    EngineSession session;

private:
    static std::string shown(std::string_view packet)
    {
        if (packet.starts_with("0{"))
            return "OPEN";
        return replaced(std::string(packet), "\x1e", "␞");
    }

    void say(std::string what)
    {
        if (!told_.empty())
            told_ += "; ";
        told_ += what;
    }

    std::string_view word(std::string_view& line)
    {
        const auto end = line.find(' ');
        const auto result = line.substr(0, end);
        line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
        return result;
    }

    Number number(std::string_view& line)
    {
        Number result = 0;
        const auto digits = word(line);
        std::from_chars(digits.data(), digits.data() + digits.size(), result);
        return result;
    }

    void input(std::string_view line)
    {
        const auto verb = word(line);
        if (verb == "send") {
            if (!session.send(Frame::text("4", line)))
                say("refused");
            return;
        }
        const auto n = number(line);
        // Bodies live until their events have been told.
        const auto body = replaced(std::string(line), "␞", "\x1e");
        if (verb == "get")
            session.get(n, now_, out_);
        else if (verb == "post")
            session.post(n, body, PostBody::text, now_, out_);
        else if (verb == "octets")
            session.post(n, body, PostBody::not_text, now_, out_);
        else if (verb == "given-up")
            session.give_up_post(n);
        else if (verb == "begun")
            session.post_begun(n, now_, out_);
        else if (verb == "gone")
            session.gone(n, out_);
        else if (verb == "open")
            session.web_socket_opened(channel_ = n, now_, out_);
        else if (verb == "shut")
            session.web_socket_closed(n, ChannelEnd::closed, out_);
        else if (verb == "break")
            session.web_socket_closed(n, ChannelEnd::broken, out_);
        else if (verb == "text")
            session.text(n, body, now_, out_);
        else if (verb == "binary")
            session.binary(n, body, now_, out_);
        else if (verb == "close")
            session.close(CloseReason::forced_close, static_cast<int>(n), now_, out_);
        else if (verb == "at" || verb == "now")
            now_ = Instant{static_cast<std::int64_t>(n)};
        if (verb == "at")
            session.tick(now_, out_);
        tell();
    }

    void tell()
    {
        for (const auto& event : out_.events)
            std::visit([this](const auto& one) { tell(one); }, event);
        out_.clear();
    }
    void tell(const Answer& answer)
    {
        auto line = std::to_string(answer.request) + ": " + std::to_string(answer.status);
        if (!answer.body.empty())
            line += " " + shown(answer.body);
        say(line + (answer.close_connection ? " and close" : ""));
    }
    void tell(const SendText& send) { say(std::to_string(send.channel) + "> " + std::string(send.packet)); }
    void tell(const CloseChannel& close)
    {
        say(std::to_string(close.channel) + " closed" + (close.code != 0 ? " " + std::to_string(close.code) : ""));
    }
    void tell(const Message& message)
    {
        const auto text = std::string(message.data);
        say(message.binary ? "<" + text + ">" : "\"" + text + "\"");
    }
    void tell(const Closed& closed) { say("END " + std::string(text_of(closed.reason))); }

    EngineOutput out_;
    std::string told_;
    Number channel_ = 0;
    Instant now_{0};
};

}  // namespace wgw::sio
