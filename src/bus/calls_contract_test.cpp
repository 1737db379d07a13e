#include "base/task_scope.hpp"
#include "bus/test_calls.hpp"
#include "bus/test_calls_contract.hpp"
#include "model/result.hpp"

#include <gtest/gtest.h>

namespace wgw::bus {
namespace {

class DirectWorld final : public CallsWorld {
public:
    void serve(Bindings bindings) override { calls_.serve("contract", std::move(bindings)); }

    Ends ask(std::vector<Request> requests) override
    {
        Ends ends(requests.size());
        TaskScope scope([](const std::exception_ptr&) { ADD_FAILURE(); });
        for (std::size_t i = 0; i < requests.size(); ++i)
            scope.spawn(one(calls_, std::move(requests[i]), ends[i]));
        EXPECT_EQ(scope.running(), 0u);
        return ends;
    }

private:
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): ask() waits
    static Task<void> one(Calls& calls, Request request, Ends::value_type& end)
    {
        try {
            end = co_await calls.call("contract", std::move(request));
        } catch (const Unavailable& why) {
            end = std::string("unavailable: ") + why.what();
        }
    }

    DirectCalls calls_;
};

INSTANTIATE_TEST_SUITE_P(
    Direct, CallsContract, testing::Values([] { return std::make_unique<DirectWorld>(); }),
    [](const auto&) { return std::string("calls"); }
);

TEST(DirectCalls, AreRefusedWhenAwayAndWhereNobodyServes)
{
    DirectCalls calls;
    TaskScope scope([](const std::exception_ptr& error) { EXPECT_THROW(std::rethrow_exception(error), Unavailable); });
    const auto drop = [](Task<Answer> task) -> Task<void> { co_await std::move(task); };
    scope.spawn(drop(calls.call("nowhere", {"x", "{}", {}})));
    calls.serve("somewhere", {});
    calls.go_away();
    scope.spawn(drop(calls.call("somewhere", {"x", "{}", {}})));
}

}  // namespace
}  // namespace wgw::bus
