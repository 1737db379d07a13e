#include "bus/batching_calls.hpp"
#include "bus/test_bus_world.hpp"
#include "bus/test_calls_contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace wgw::bus {
namespace {

/// `is_batched`: the queue is that of one process, and the calls of a turn go to it together.
class AmqpWorld final : public CallsWorld {
public:
    explicit AmqpWorld(bool is_batched = false) : queue_(test_queue() + (is_batched ? ".own" : ""))
    {
        loop_.add(&batching_, [this] { batching_.flush(); });
    }

    void serve(Bindings bindings) override
    {
        service_ = std::make_unique<TestService>(
            loop_, test_broker(),
            std::vector<ServedQueue>{
                {queue_, std::move(bindings)}
        }
        );
        EXPECT_TRUE(loop_.turn_until([&] { return service_->is_up() && asker_.is_up(); }));
    }

    Ends ask(std::vector<Request> requests) override
    {
        std::vector<TestAsker::End> got(requests.size());
        for (std::size_t i = 0; i < requests.size(); ++i)
            asker_.begin(batching_, queue_, std::move(requests[i]), got[i]);
        EXPECT_TRUE(loop_.turn_until([&] { return std::ranges::all_of(got, &TestAsker::has_ended); }));
        Ends ends;
        for (auto& end : got) {
            if (auto* answer = std::get_if<Answer>(&end))
                ends.emplace_back(std::move(*answer));
            else
                ends.emplace_back("unavailable: " + std::get<std::string>(end));
        }
        return ends;
    }

private:
    BusLoop loop_;
    const std::string queue_;
    TestAsker asker_{loop_, test_broker(), {queue_}};
    BatchingCalls batching_{asker_.calls, loop_.clock};
    std::unique_ptr<TestService> service_;
};

INSTANTIATE_TEST_SUITE_P(
    RabbitMq, CallsContract, testing::Values([] { return std::make_unique<AmqpWorld>(); }),
    [](const auto&) { return std::string("calls"); }
);
INSTANTIATE_TEST_SUITE_P(
    Batched, CallsContract, testing::Values([] { return std::make_unique<AmqpWorld>(true); }),
    [](const auto&) { return std::string("calls"); }
);

}  // namespace
}  // namespace wgw::bus
