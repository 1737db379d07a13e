#pragma once
/// Calls over RabbitMQ: the side that asks.
///
/// A call is a message to the queue of a service, with a deadline that the broker knows too; its answer comes back over
/// direct reply-to, on the same connection. While RabbitMQ is away calls are refused at once, and those under way fail
/// the moment it is lost; no answer in time fails as well, whatever the connection's thread does.
///
/// Wiring   flush() at the end of each turn of the loop; a timer for expire(), at next_deadline()
/// Bounds   CallBook::kMost calls under way, and what the connection queues
/// Threads  loop only; a thread of its own behind it
/// Tests    calls_contract_cluster_test.cpp, calls_amqp_cluster_test.cpp, amqp_connection_cluster_test.cpp

#include "base/random.hpp"
#include "base/time.hpp"
#include "base/worker.hpp"
#include "bus/amqp_address.hpp"
#include "bus/amqp_connection.hpp"
#include "bus/call_book.hpp"
#include "bus/calls.hpp"
#include "bus/counts.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::bus {

class CallsAmqp final : public Calls, private AmqpListener {
public:
    struct Options {
        AmqpAddress address;
        std::vector<std::string> queues;  ///< That may be asked; declared, so that a call can wait for its service.
        std::string program = "wegowhere asks";  ///< What the broker's lists call it.
    };

    /// `outlet`, `clock` and `random` outlive it. It begins to connect at once.
    CallsAmqp(Options options, Outlet& outlet, const Clock& clock, Random& random);

    /// `queue` is one of the options', or one that its service has just told of: where there is none, nothing answers.
    /// It lives until the call has ended.
    Task<Answer> call(std::string_view queue, Request request, Duration patience = kPatience) override;

    void flush() { connection_.flush(); }
    std::optional<Instant> next_deadline() const { return book_.next_deadline(); }
    void expire(Instant now) { book_.expire(now); }

    /// Fails what is under way and joins the thread; calls are refused from now on. Later calls do nothing.
    void stop();

    std::size_t under_way() const { return book_.under_way(); }
    const LinkState& state() const { return state_; }
    const std::string& server() const { return connection_.server(); }
    const LinkCounts& link_counts() const { return link_counts_; }
    const CallCounts& counts() const { return counts_; }

private:
    void on_up(Generation generation) override;
    void on_away(const std::string& why) override;
    void on_blocked(const std::string& why) override;
    void on_deliveries(Generation generation, std::vector<Delivery> deliveries) override;

    void go_down(const std::string& why);
    void come_up();

    const Clock& clock_;
    StockedRandom ids_;
    CallBook book_;
    LinkState state_;
    LinkCounts link_counts_;
    CallCounts counts_;
    bool is_stopped_ = false;
    AmqpConnection connection_;  // last: it calls all of the above
};

}  // namespace wgw::bus
