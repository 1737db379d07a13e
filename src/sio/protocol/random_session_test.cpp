#include "sio/protocol/engine_session.hpp"
#include "sio/protocol/socket_session.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <utility>
#include <vector>

namespace wgw::sio {
namespace {

/// Packets that mean something at some moment, and pieces to spoil them with.
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

/// One EngineSession and the SocketSession on it under random inputs, with what must always hold.
class RandomSession {
public:
    explicit RandomSession(std::uint32_t seed)
        : random_(seed),
          engine_(options_, "sid-0123456789-abcde", pick(2) ? Transport::polling : Transport::websocket, now_),
          socket_(socket_options_, now_)
    {
        if (engine_.transport() == Transport::websocket)
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

    std::string packet()
    {
        std::string text(kPackets[pick(std::size(kPackets))]);
        if (pick(10) == 0)
            text.insert(pick(static_cast<std::uint32_t>(text.size()) + 1), 1, static_cast<char>(random_()));
        if (pick(10) == 0)
            text.resize(pick(static_cast<std::uint32_t>(text.size()) + 1));
        return text;
    }

    Number old(Number next) { return 1 + pick(static_cast<std::uint32_t>(next) + 1); }

    void input()
    {
        switch (pick(11)) {
        case 0:
            get();
            break;
        case 1:
        case 2: {
            auto body = packet();
            for (auto more = pick(3); more > 0; --more)
                body += '\x1e' + packet();
            asked_.insert(next_request_);
            engine_.post(next_request_++, body, static_cast<PostBody>(pick(20) < 18 ? 0 : 1 + pick(2)), now_, out_);
            observe();
            break;
        }
        case 3:
            if (pick(4) == 0)
                gone(old(next_request_));
            break;
        case 4:
            engine_.web_socket_opened(next_channel_++, now_, out_);
            break;
        case 5:
            if (pick(4) == 0)
                engine_.web_socket_closed(old(next_channel_), static_cast<ChannelEnd>(pick(2)), out_);
            break;
        case 6:
        case 7: {
            const auto text = packet();
            engine_.text(old(next_channel_), text, now_, out_);
            observe();
            break;
        }
        case 8:
            engine_.binary(old(next_channel_), "bytes", now_, out_);
            break;
        case 9:
            now_ = now_ + Duration(pick(15'000));
            engine_.tick(now_, out_);
            hear(socket_.tick(now_));
            break;
        case 10:
            for (auto count = pick(6); count > 0; --count)
                engine_.send(Frame::text("4x"));
            break;
        default:
            break;
        }
        observe();
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
            ASSERT_EQ(socket_.state(said->nsp), SocketSession::State::joined);
            if (pick(5) == 0)
                engine_.send(socket_.leave(said->nsp));
        }
        if (std::holds_alternative<Violation>(event)) {
            ASSERT_FALSE(violated_);
            violated_ = true;
            engine_.close(CloseReason::forced_close, 0, now_, out_);
        }
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
        for (int i = 0; i < 10; ++i) {
            const auto due = engine_.next_deadline();
            if (due == EngineSession::kNever)
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
    const EngineOptions options_{.queue_bytes = 4'096, .queue_packets = 64};
    const SocketOptions socket_options_;
    Instant now_{0};
    EngineSession engine_;
    SocketSession socket_;
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
    for (std::uint32_t seed = 0; seed < 5'000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        RandomSession(seed).run();
        if (testing::Test::HasFailure())
            break;
    }
}

TEST(RandomBytes, AreDecodedOrRefused)
{
    std::mt19937 random(1);
    constexpr std::string_view kAlphabet = "0123456789-/,[]{}\":. \\_placeholdernumtruex\x1e\xff";
    for (int i = 0; i < 200'000; ++i) {
        std::string text(random() % 24, '0');
        for (auto& c : text)
            c = kAlphabet[random() % kAlphabet.size()];
        const auto packet = decode(text);
        if (!packet)
            continue;
        // What was accepted means the same after it has been written and read again.
        const auto written = encode(*packet);
        const auto again = decode(written);
        ASSERT_TRUE(again.has_value()) << text;
        ASSERT_EQ(*again, *packet) << text;
    }
}

}  // namespace
}  // namespace wgw::sio
