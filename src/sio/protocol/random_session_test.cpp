#include "sio/protocol/engine_session.hpp"
#include "sio/protocol/socket_session.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <utility>

namespace wgw::sio {
namespace {

/// Packets of all kinds, most of them wrong at most moments; and those of a client that has joined "/".
constexpr std::string_view kPackets[] = {
    "0",           "1",
    "2",           "2probe",
    "3",           "3probe",
    "4",           "4a",
    "5",           "6",
    "7",           "bAQID",
    "b?",          "40",
    "40/n,",       "41",
    "42[\"x\"]",   "427[\"x\",1]",
    "431[]",       "451-[\"f\",{\"_placeholder\":true,\"num\":0}]",
    "452-[\"f\"]", "461-1[]",
    "42{}",        "44{}",
    "40{\"a\":1}", "42/n,[\"x\"]",
    "41/n,",       "",
};

constexpr std::string_view kFitting[] = {
    R"(42["x"])",
    R"(427["x",1])",
    "431[]",
    "451-[\"f\",{\"_placeholder\":true,\"num\":0}]\036bAQID",
    "452-3[\"f\"]\036b\036bAQID",
    "461-1[]\036bAQID",
};

/// How often the interesting things happened: random inputs that never reach them prove nothing.
struct Reached {
    int upgrades = 0, events = 0, attachments = 0, violations = 0;
};

/// One EngineSession and the SocketSession on it under random inputs, with what must always hold.
class RandomSession {
public:
    RandomSession(std::uint32_t seed, Reached& reached)
        : random_(seed), reached_(reached),
          engine_(options_, "sid-0123456789-abcde", pick(2) ? Transport::polling : Transport::websocket, now_),
          socket_(socket_options_, now_)
    {
        if (!started_on_polling_)
            engine_.web_socket_opened(next_channel_++, now_, out_);
        else
            get();
    }

    void run()
    {
        for (int turn = 0; turn < 60; ++turn) {
            for (auto inputs = pick(3) + 1; inputs > 0; --inputs)
                input();
            engine_.flush(out_);
            observe();
            engine_.written(pick(static_cast<std::uint32_t>(engine_.queued().size()) + 1));
            check();
        }
        end();
    }

private:
    std::uint32_t pick(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }

    bool once_in(std::uint32_t n) { return pick(n) == 0; }

    /// What a client might say now.
    std::string fitting_packet()
    {
        const auto state = socket_.state("/");
        if (state == SocketSession::State::absent)
            return "40";
        if (once_in(3))
            return "3";
        return std::string(kFitting[pick(std::size(kFitting))]);
    }

    std::string wild_packet()
    {
        std::string text(kPackets[pick(std::size(kPackets))]);
        if (once_in(4))
            text.insert(pick(static_cast<std::uint32_t>(text.size()) + 1), 1, static_cast<char>(random_()));
        if (once_in(4))
            text.resize(pick(static_cast<std::uint32_t>(text.size()) + 1));
        return text;
    }

    std::string packet() { return once_in(25) ? wild_packet() : fitting_packet(); }

    /// Any number so far, or one too many.
    Number any(Number next) { return 1 + pick(static_cast<std::uint32_t>(next) + 1); }
    Number channel() { return once_in(25) ? any(next_channel_) : next_channel_ - 1; }

    void input()
    {
        switch (pick(8)) {
        case 0:
        case 1:
            if (asked_.empty() || once_in(40))
                get();
            break;
        case 2:
            post();
            break;
        case 3:
        case 4:
            if (next_channel_ > 1)
                say(channel(), packet());
            break;
        case 5:
            upgrade();
            break;
        case 6:
            if (once_in(30))
                break_something();
            for (auto count = pick(6); count > 0; --count)
                engine_.send(Frame::text("4x"));
            break;
        default:
            now_ = now_ + Duration(pick(6'000));
            engine_.tick(now_, out_);
            hear(socket_.tick(now_));
            break;
        }
        observe();
    }

    void post()
    {
        auto body = packet();
        for (auto more = pick(3); more > 0; --more)
            body += '\x1e' + packet();
        const auto kind = once_in(40) ? static_cast<PostBody>(1 + pick(2)) : PostBody::text;
        asked_.insert(next_request_);
        engine_.post(next_request_++, body, kind, now_, out_);
        observe();
    }

    /// `text` as WebSocket messages: a binary one is a frame of its own.
    void say(Number channel, const std::string& text)
    {
        for (PollPackets packets(text); const auto part = packets.next();) {
            if (is_base64(*part))
                engine_.binary(channel, "bytes", now_, out_);
            else
                engine_.text(channel, *part, now_, out_);
            observe();
        }
    }

    void upgrade()
    {
        if (engine_.transport() == Transport::websocket && !once_in(40))
            return;
        if (next_channel_ == 1 || once_in(4))
            engine_.web_socket_opened(next_channel_++, now_, out_);
        engine_.text(channel(), once_in(2) ? "2probe" : "5", now_, out_);
    }

    void break_something()
    {
        if (once_in(2))
            return gone(any(next_request_));
        engine_.web_socket_closed(any(next_channel_), static_cast<ChannelEnd>(pick(2)), out_);
    }

    void get()
    {
        asked_.insert(next_request_);
        engine_.get(next_request_++, now_, out_);
    }

    void gone(Number request)
    {
        asked_.erase(request);
        engine_.gone(request, out_);
    }

    void observe()
    {
        // Seeing an event may make more of them.
        while (!out_.events.empty()) {
            for (const auto& event : std::exchange(out_.events, {}))
                std::visit([this](const auto& one) { see(one); }, event);
        }
    }
    void see(const Answer& answer) { ASSERT_EQ(asked_.erase(answer.request), 1U) << "answered twice, or never asked"; }
    void see(const SendText& send) { ASSERT_LT(send.channel, next_channel_); }
    void see(const CloseChannel& close)
    {
        ASSERT_TRUE(closed_channels_.insert(close.channel).second) << "closed twice";
    }
    void see(const Message& message)
    {
        ASSERT_FALSE(ended_) << "a message after the end";
        hear(message.binary ? socket_.binary(message.data, now_) : socket_.text(message.data, now_));
    }
    void see(const Closed&)
    {
        ASSERT_FALSE(ended_) << "ended twice";
        ended_ = true;
    }

    void hear(const SocketEvent& event)
    {
        if (const auto* connect = std::get_if<Connect>(&event)) {
            const auto nsp = std::string(connect->nsp);
            engine_.send(pick(4) == 0 ? socket_.refuse(nsp, "no") : socket_.accept(nsp, "sid"));
        }
        if (const auto* said = std::get_if<Event>(&event)) {
            ++(!said->attachments.empty() ? reached_.attachments : reached_.events);
            ASSERT_EQ(socket_.state(said->nsp), SocketSession::State::joined);
            if (pick(5) == 0)
                engine_.send(socket_.leave(said->nsp));
        }
        if (std::holds_alternative<Violation>(event)) {
            ASSERT_FALSE(violated_);
            violated_ = true;
            ++reached_.violations;
            engine_.close(CloseReason::forced_close, 0, now_, out_);
        }
        socket_.release();
    }

    void check()
    {
        EXPECT_LE(engine_.queued_bytes(), options_.queue_bytes + 256);
        EXPECT_LE(asked_.size(), 1U) << "more than the held GET is unanswered";
        if (engine_.finished()) {
            EXPECT_TRUE(ended_);
            EXPECT_TRUE(asked_.empty());
        }
    }

    /// Time ends every session whose peer is silent and whose connection is closed when it is told.
    void end()
    {
        if (started_on_polling_ && engine_.transport() == Transport::websocket)
            ++reached_.upgrades;
        for (int i = 0; i < 10; ++i) {
            const auto due = engine_.next_deadline();
            if (due == kNever)
                break;
            now_ = std::max(now_, due);
            engine_.tick(now_, out_);
            engine_.flush(out_);
            observe();
        }
        for (Number channel = 1; channel < next_channel_; ++channel)
            engine_.web_socket_closed(channel, ChannelEnd::closed, out_);
        engine_.flush(out_);
        observe();
        EXPECT_TRUE(ended_);
        EXPECT_TRUE(engine_.finished());
        EXPECT_TRUE(asked_.empty());
    }

    std::mt19937 random_;
    Reached& reached_;
    const EngineOptions options_{.queue_bytes = 4'096, .queue_packets = 64};
    const SocketOptions socket_options_;
    Instant now_{0};
    EngineSession engine_;
    SocketSession socket_;
    const bool started_on_polling_ = engine_.transport() == Transport::polling;
    EngineOutput out_;
    Number next_request_ = 1;
    Number next_channel_ = 1;
    std::set<Number> asked_;
    std::set<Number> closed_channels_;
    bool ended_ = false;
    bool violated_ = false;
};

TEST(RandomSession, KeepsItsPromisesWhateverComes)
{
    Reached reached;
    for (std::uint32_t seed = 0; seed < 5'000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        RandomSession(seed, reached).run();
        if (testing::Test::HasFailure())
            break;
    }
    EXPECT_GT(reached.upgrades, 100);
    EXPECT_GT(reached.events, 100);
    EXPECT_GT(reached.attachments, 100);
    EXPECT_GT(reached.violations, 100);
}

}  // namespace
}  // namespace wgw::sio
