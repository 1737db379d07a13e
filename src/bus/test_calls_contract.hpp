#pragma once
/// For tests: what every Calls does, whatever carries the packets.

#include "bus/calls.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace wgw::bus {

/// Something that asks, connected to something that answers.
class CallsWorld {
public:
    virtual ~CallsWorld() = default;

    /// From now on, on the queue `contract`. Once.
    virtual void serve(Bindings bindings) = 0;

    /// Makes all calls at once and waits for their ends. In order; a text `unavailable: …` where it was thrown.
    using Ends = std::vector<std::variant<Answer, std::string>>;
    virtual Ends ask(std::vector<Request> requests) = 0;
};

class CallsContract : public testing::TestWithParam<std::function<std::unique_ptr<CallsWorld>()>> {
protected:
    Answer ask(Request request)
    {
        auto ends = world->ask({std::move(request)});
        EXPECT_EQ(ends.size(), 1u);
        if (const auto* why = std::get_if<std::string>(&ends.at(0)))
            ADD_FAILURE() << *why;
        return std::get<Answer>(ends.at(0));
    }

    std::unique_ptr<CallsWorld> world = GetParam()();
};

}  // namespace wgw::bus
