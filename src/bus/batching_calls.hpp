#pragma once
/// Calls of which those of one turn to one process go out together, as a batch (batch.hpp): a broker takes about as long
/// for a message with fifty requests as for one.
///
///     calls.call("chat.5f0c…", …)      the queue of one process: waits for the end of the turn, and for nobody else
///     calls.call("user", …)            a queue that many serve, the original's too: goes out at once, by itself
///
/// Each call has its own answer. A batch that has none, or is not known, fails them all; its deadline is the shortest of
/// theirs, so one with little time left goes alone.
///
/// Wiring  flush() at the end of each turn of the loop, before that of the calls underneath
/// Bounds  kMostInABatch requests and kMostBatchBytes in one; a fuller one goes out before the turn ends
/// Loop only.
/// Tests   batching_calls_test.cpp, calls_contract_cluster_test.cpp

#include "base/task_scope.hpp"
#include "base/time.hpp"
#include "bus/batch.hpp"
#include "bus/calls.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wgw::bus {

/// A queue that one process serves: `chat.5f0c…`.
inline bool is_of_one_process(std::string_view queue) { return queue.contains('.'); }

class BatchingCalls final : public Calls {
public:
    static constexpr std::size_t kMostBatchBytes = std::size_t{256} << 10;
    static constexpr Duration kLeast = kPatience / 2;  ///< Of patience: less, and a call goes alone.

    /// Both outlive it.
    BatchingCalls(Calls& calls, const Clock& clock);

    Task<Answer> call(std::string_view queue, Request request, Duration patience = kPatience) override;

    /// Several, in one batch: they are begun in their order by one process, or none of them is. An answer for each.
    /// Throws as call(), for all of them. Precondition: is_of_one_process(queue); 1 to kMostInABatch.
    Task<std::vector<Answer>> call_together(
        std::string queue, std::vector<Request> requests, Duration patience = kPatience
    );

    void flush();

    /// Behind that of the calls underneath: what waits is refused by them, and so is whatever still comes, at once.
    void stop();

private:
    using Outcome = std::variant<std::vector<Answer>, std::exception_ptr>;
    using Done = std::function<void(Outcome)>;
    struct Part {
        std::size_t count = 0;  ///< Of requests.
        Done done;
    };
    struct Batch {
        std::vector<Request> requests;
        std::vector<Part> parts;  ///< Whose they are, in order.
        std::size_t bytes = 0;
        Duration patience = kPatience;
    };

    void add(const std::string& queue, std::vector<Request> requests, Duration patience, Done done);
    Task<void> send(std::string queue, Batch batch);
    Task<std::vector<Answer>> ask(std::string queue, std::vector<Request> requests, Duration patience);

    Calls& calls_;
    const Clock& clock_;
    std::map<std::string, Batch, std::less<>> open_;  ///< By queue.
    bool is_stopped_ = false;
    TaskScope scope_;  // last
};

}  // namespace wgw::bus
