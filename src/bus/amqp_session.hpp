#pragma once
/// One connection to RabbitMQ, as a machine: bytes and time in, bytes and messages out. No socket, no thread.
///
/// Signs in, declares the queues of its plan (never durable), consumes, publishes, settles; one channel. It hears the
/// broker's heartbeats and sends its own, and closes itself over what the protocol does not allow. Publisher confirms
/// and returns are not asked for: docs/adr/0017-calls-over-rabbitmq.md.
///
///     session.receive(bytes, since, now);  session.tick(now) when next_tick() is there
///     write output(), say wrote(); read take_deliveries(), state(), why()
///
/// Source  AMQP 0-9-1; reference/recorded/amqp-frames.json
/// Tests   amqp_session_test.cpp, fuzz/amqp_session.cpp

#include "base/time.hpp"
#include "bus/amqp_address.hpp"
#include "bus/amqp_frames.hpp"
#include "bus/amqp_message.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wgw::bus {

class AmqpSession {
public:
    struct Consumer {
        std::string queue;
        bool is_settled = true;  ///< What is delivered has to be settled; else it is gone when it is sent.
    };

    /// A queue of this process, and the one that gets what it does not take up.
    struct OwnQueue {
        std::string name;
        std::string heir;
    };

    struct Plan {
        AmqpAddress address;
        std::string program;                    ///< What the broker's lists call this connection.
        std::vector<std::string> queues;        ///< Declared.
        std::vector<OwnQueue> own_queues = {};  ///< Declared, too.
        std::vector<Consumer> consumers;
        std::uint16_t prefetch = 0;                     ///< Unsettled deliveries of each consumer; 0: without bound.
        std::size_t most_body = std::size_t{32} << 20;  ///< A larger one is told as broken.
    };

    enum class State { opening, open, closing, closed };

    static constexpr Duration kHeartbeat = std::chrono::seconds(5);         ///< What is agreed, as the original does.
    static constexpr Duration kSilence = std::chrono::milliseconds(7'500);  ///< The broker sends something every 5 s.
    static constexpr Duration kOpening = std::chrono::seconds(5);           ///< For signing in and all declarations.

    /// `plan` outlives it.
    AmqpSession(const Plan& plan, Instant now);

    /// What was read; it came after `since`.
    void receive(std::string_view bytes, Instant since, Instant now);

    void tick(Instant now);
    Instant next_tick() const;

    // Precondition of these: state() is open.

    /// False: it is too late for it.
    bool publish(const Publication& message, Instant now);
    void settle(std::uint64_t tag, Settled how);
    /// Nothing more is delivered; what was may still be settled.
    void cancel();
    void close();

    State state() const { return state_; }

    /// Closed, and why: a sentence for the operator.
    const std::string& why() const { return why_; }

    /// The broker's version, as it says; empty before it has.
    const std::string& server() const { return server_; }

    /// The broker takes no messages now, and why. Empty: it does.
    const std::string& blocked() const { return blocked_; }

    /// To be written.
    std::string_view output() const { return std::string_view(out_).substr(written_); }

    /// So much of it was, from the front.
    void wrote(std::size_t bytes, Instant now);

    std::vector<Delivery> take_deliveries() { return std::exchange(deliveries_, {}); }

private:
    void on_frame(const amqp::Frame& frame, Instant since);
    void on_method(amqp::Method method, std::string_view payload, Instant since);
    void on_opening(amqp::Method method, std::string_view payload);
    void on_header(std::string_view payload);
    void on_body(std::string_view payload);
    void finish_delivery();
    void sign_in(std::string_view payload);
    void agree(std::string_view payload);
    void set_up();
    void fail(std::string why);
    void end(std::string_view payload, std::string_view what);

    const Plan& plan_;
    amqp::Reader reader_;
    State state_ = State::opening;
    std::string why_;
    std::string server_;
    std::string blocked_;
    std::string in_;  ///< Of a frame that is not complete.
    std::string out_;
    std::size_t written_ = 0;  ///< Of out_, from the front.
    std::vector<Delivery> deliveries_;
    std::uint32_t most_frame_ = amqp::kMostFrame;
    std::size_t awaited_ = 0;  ///< Answers to what set_up() has asked.
    Instant began_;
    Instant heard_;
    Instant beat_;  ///< When something was last written, or a heartbeat was due.

    enum class Content { none, header, body };
    Content content_ = Content::none;
    Delivery delivery_;          ///< That is coming in.
    std::uint64_t missing_ = 0;  ///< Of its body.
};

}  // namespace wgw::bus
