// An EngineSession and the SocketSession on it: whatever a client says and in whatever order, each request is answered
// once, each channel closed once, nothing follows the end, the queue stays within its bound, and time ends it all.
//
// The input is a script: a byte for what happens, bytes or text for its details. random_session_test.cpp plays the same
// game with likely moves; here the fuzzer looks for unlikely ones.

#include "codec/utf8.hpp"
#include "fuzz/fuzz.hpp"
#include "sio/protocol/engine_session.hpp"
#include "sio/protocol/placeholders.hpp"
#include "sio/protocol/socket_session.hpp"

#include <set>
#include <utility>

namespace {

using namespace wgw;
using namespace wgw::sio;
using fuzz::require;

class Script {
public:
    explicit Script(std::string_view bytes)
        : choices_(bytes),
          engine_(
              options_, "sid-0123456789-abcde", choices_.pick(2) != 0 ? Transport::polling : Transport::websocket, now_
          ),
          socket_(socket_options_, now_)
    {
        if (engine_.transport() == Transport::websocket)
            engine_.web_socket_opened(next_channel_++, now_, out_);
    }

    void run()
    {
        while (!choices_.done()) {
            for (auto inputs = choices_.pick(3) + 1; inputs > 0; --inputs)
                input();
            engine_.flush(out_);
            observe();
            engine_.written(choices_.pick(static_cast<std::uint32_t>(engine_.queued().size()) + 1));
            check();
        }
        end();
    }

private:
    Number any(Number next) { return 1 + choices_.pick(static_cast<std::uint32_t>(next)); }

    void input()
    {
        switch (choices_.pick(12)) {
        case 0:
            asked_.insert(next_request_);
            engine_.get(next_request_++, now_, out_);
            break;
        case 1:
            post(next_request_++, PostBody::text);
            break;
        case 2:
            post(next_request_++, static_cast<PostBody>(choices_.pick(3)));
            break;
        case 3:
            begin_post();
            break;
        case 4:
            if (begun_ != 0)
                post(std::exchange(begun_, 0), PostBody::text);
            break;
        case 5:
            say(any(next_channel_), to_utf8(choices_.text()));
            break;
        case 6:
            engine_.binary(any(next_channel_), choices_.text(), now_, out_);
            break;
        case 7:
            engine_.web_socket_opened(next_channel_++, now_, out_);
            break;
        case 8:
            engine_.web_socket_closed(any(next_channel_), static_cast<ChannelEnd>(choices_.pick(2)), out_);
            break;
        case 9:
            gone(any(next_request_));
            break;
        case 10:
            for (auto count = choices_.pick(100); count > 0; --count)
                engine_.send(Frame::text("4x"));
            break;
        default:
            now_ = now_ + Duration(choices_.pick(256) * 100);
            engine_.tick(now_, out_);
            hear(socket_.tick(now_));
        }
        observe();
    }

    void say(Number channel, const std::string& text)
    {
        engine_.text(channel, text, now_, out_);
        observe();  // messages look into the text
    }

    void post(Number request, PostBody kind)
    {
        asked_.insert(request);
        const auto body = choices_.text();
        engine_.post(request, body, kind, now_, out_);
        observe();  // messages look into the body
    }

    void begin_post()
    {
        const auto request = next_request_++;
        asked_.insert(request);
        if (engine_.post_begun(request, now_, out_)) {
            require(begun_ == 0 || asked_.contains(begun_), "a request that was begun is not answered before its body");
            if (begun_ != 0)
                gone(begun_);
            begun_ = request;
        }
    }

    void gone(Number request)
    {
        if (request == begun_)
            begun_ = 0;
        asked_.erase(request);
        engine_.gone(request, out_);
    }

    void observe()
    {
        while (!out_.events.empty()) {
            for (const auto& event : std::exchange(out_.events, {}))
                std::visit([this](const auto& one) { see(one); }, event);
        }
    }
    void see(const Answer& answer) { require(asked_.erase(answer.request) == 1, "a request is answered once"); }
    void see(const SendText& send) { require(send.channel < next_channel_, "a channel is one that was opened"); }
    void see(const CloseChannel& close) { require(closed_.insert(close.channel).second, "a channel is closed once"); }
    void see(const Message& message)
    {
        require(!ended_, "no message follows the end");
        hear(message.binary ? socket_.binary(message.data, now_) : socket_.text(message.data, now_));
    }
    void see(const Closed&)
    {
        require(!ended_, "a session ends once");
        ended_ = true;
    }

    void hear(const SocketEvent& event)
    {
        if (const auto* connect = std::get_if<Connect>(&event)) {
            const std::string nsp(connect->nsp);
            require(socket_.state(nsp) == SocketSession::State::connecting, "who asks for a namespace is connecting");
            engine_.send(nsp.size() % 4 == 2 ? socket_.refuse(nsp, "no") : socket_.accept(nsp, "sid"));
        }
        if (const auto* said = std::get_if<Event>(&event)) {
            require(
                socket_.state(said->nsp) == SocketSession::State::joined, "an event is of a namespace that is joined"
            );
            require(
                said->attachments.empty() || placeholders_fit(said->json, static_cast<int>(said->attachments.size())),
                "its attachments are there"
            );
            if (said->ack == 5)
                engine_.send(socket_.leave(said->nsp));
        }
        if (std::holds_alternative<Violation>(event)) {
            require(!std::exchange(violated_, true), "a connection is given up once");
            engine_.close(CloseReason::forced_close, 0, now_, out_);
        }
        socket_.release();
    }

    void check()
    {
        require(engine_.queued_bytes() <= options_.queue_bytes + 256, "the queue is within its bound");
        require(
            asked_.size() <= (begun_ != 0 ? 2U : 1U),
            "no more than the held GET and a POST that is being read wait for an answer"
        );
        if (engine_.finished()) {
            require(ended_, "who has finished has ended");
            require(asked_.size() == (begun_ != 0 ? 1U : 0U), "and has answered everything");
        }
    }

    /// Time ends every session whose peer is silent and whose connection is closed when it is told.
    void end()
    {
        if (begun_ != 0)
            gone(begun_);
        for (int i = 0; i < 10 && engine_.next_deadline() != kNever; ++i) {
            now_ = std::max(now_, engine_.next_deadline());
            engine_.tick(now_, out_);
            engine_.flush(out_);
            observe();
        }
        for (Number channel = 1; channel < next_channel_; ++channel)
            engine_.web_socket_closed(channel, ChannelEnd::closed, out_);
        engine_.flush(out_);
        observe();
        require(ended_ && engine_.finished() && asked_.empty(), "in the end everything is over and answered");
    }

    fuzz::Choices choices_;
    const EngineOptions options_{.queue_bytes = 4'096, .queue_packets = 64};
    const SocketOptions socket_options_{.max_namespaces = 4, .max_payload = 1'000};
    Instant now_{0};
    EngineSession engine_;
    SocketSession socket_;
    EngineOutput out_;
    Number next_request_ = 1;
    Number next_channel_ = 1;
    Number begun_ = 0;  // a POST whose body has not come yet
    std::set<Number> asked_;
    std::set<Number> closed_;
    bool ended_ = false;
    bool violated_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    Script(fuzz::input(bytes, size)).run();
    return 0;
}
