#pragma once
/// Calls over RabbitMQ: the side that answers, for one or more queues.
///
/// Each request is begun when it arrives, and the broker is told that it is done when its handler has answered: if this
/// process ends before, the broker gives the request to somebody else. So a handler may see a request a second time,
/// and a request whose effects must not double carries an id of what it makes.
///
/// Batches  the requests of one (batch.hpp) are begun in their order, each as if it had come by itself
/// Fence    what a handler throws is answered as {"status":503,…} (Unavailable) or {"status":500,…}; the latter is
///          logged. Of an event nothing is told. What is no request is logged and dropped
/// Late     a request that came with an expiration is not begun behind it
/// Bounds   `most_under_way` messages of each queue, a batch being one; more wait in the broker, and go to others
/// Ending   drain(): nothing new is begun; once is_drained(), stop() sends the last replies
/// Wiring   flush() at the end of each turn of the loop
/// Threads  loop only; a thread of its own behind it
/// Tests    calls_contract_cluster_test.cpp, service_amqp_cluster_test.cpp

#include "base/task.hpp"
#include "base/task_scope.hpp"
#include "base/time.hpp"
#include "base/worker.hpp"
#include "bus/amqp_address.hpp"
#include "bus/amqp_connection.hpp"
#include "bus/calls.hpp"
#include "bus/counts.hpp"
#include "bus/nest_packet.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wgw::bus {

/// A queue, and who answers what comes over it.
struct ServedQueue {
    std::string name;
    Bindings bindings;
    std::string heir = {
    };  ///< Of a queue of this process alone: the one that all serve, who get what it does not take up.
};

class ServiceAmqp final : private AmqpListener {
public:
    struct Options {
        AmqpAddress address;
        std::uint16_t most_under_way = 256;         ///< Messages of each queue. Not 0.
        std::string program = "wegowhere answers";  ///< What the broker's lists call it.
    };

    /// `outlet` and `clock` outlive it. It begins to connect at once.
    ServiceAmqp(Options options, std::vector<ServedQueue> queues, Outlet& outlet, const Clock& clock);

    void flush() { connection_.flush(); }

    /// Begins nothing more. What the broker still delivers is given back to it.
    void drain();
    bool is_drained() const { return is_draining_ && scope_.running() == 0; }

    /// Sends what is to be sent, joins the thread. Later calls do nothing.
    void stop() { connection_.stop(); }

    std::size_t under_way() const { return scope_.running(); }
    const LinkState& state() const { return state_; }
    const LinkCounts& link_counts() const { return link_counts_; }
    const ServeCounts& counts() const { return counts_; }

private:
    struct Arrival;
    struct Asked;
    using Bound = Bindings::value_type;  ///< A pattern and its handler, of queues_.

    void on_up(Generation generation) override;
    void on_away(const std::string& why) override;
    void on_blocked(const std::string& why) override;
    void on_deliveries(Generation generation, std::vector<Delivery> deliveries) override;

    void take_up(Generation generation, Delivery delivery);
    bool is_late(const Delivery& delivery) const;
    void drop(Generation generation, const Delivery& delivery, std::string_view why);
    Task<void> serve(const Bound& bound, Arrival arrival);
    Task<void> serve_batch(const ServedQueue& queue, Arrival arrival);
    Task<void> answer(const Bound* bound, std::string_view queue, Request request, Answer& answer);
    Task<Answer> fenced(const Handler& handler, Request request, Asked& asked);
    static void note(const Asked& asked, std::int64_t duration_us);
    void reply(const Arrival& arrival, const Answer& answer);
    void come_up();
    void go_down(const std::string& why);

    const std::vector<ServedQueue> queues_;
    const Clock& clock_;
    LinkState state_;
    LinkCounts link_counts_;
    ServeCounts counts_;
    bool is_draining_ = false;
    AmqpConnection connection_;  // it calls all of the above
    TaskScope scope_;            // last
};

}  // namespace wgw::bus
