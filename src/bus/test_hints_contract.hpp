#pragma once
/// For tests: what every implementation of Hints does. Each program of tests runs it with those that it can make.

#include "bus/hints.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wgw::bus {

/// Two processes, or one that is both: what `publisher` publishes `listener` hears.
class HintsPair {
public:
    virtual ~HintsPair() = default;
    virtual Hints& publisher() = 0;
    virtual Hints& listener() = 0;
    /// One turn of the loop: hands over, waits for something to come back, runs it.
    virtual void turn() = 0;
};

using MakeHints = std::function<std::unique_ptr<HintsPair>()>;

class HintsContract : public testing::TestWithParam<MakeHints> {
protected:
    HintsContract();

    /// Waits for a channel that has just been subscribed.
    void await_following(const std::string& channel);
    void await_heard(std::size_t count);

    std::unique_ptr<HintsPair> pair_ = GetParam()();
    std::vector<std::string> heard_;  ///< `channel payload`
    std::vector<std::string> following_;
};

}  // namespace wgw::bus
