#pragma once
/// Removes what has expired, some rows a minute: sessions, revocations, keys of rooms. Loop only.
/// Tests  embedded_test.cpp

#include "base/log.hpp"
#include "base/task_scope.hpp"
#include "model/result.hpp"
#include "net/loop.hpp"

#include <functional>
#include <vector>

namespace wgw::app {

class Housekeeping final : public net::Timer {
public:
    using Sweep = std::function<Task<>()>;

    /// `loop`, and whatever is swept, outlive it.
    Housekeeping(net::Loop& loop, std::vector<Sweep> sweeps) : loop_(loop), sweeps_(std::move(sweeps))
    {
        loop_.timers().arm(*this, loop_.now() + kPause);
    }
    ~Housekeeping() override = default;

private:
    static constexpr Duration kPause{60'000};

    void on_timer(Instant now) override
    {
        loop_.timers().arm(*this, now + kPause);
        if (tasks_.running() == 0)
            tasks_.spawn(sweep());
    }

    Task<> sweep()
    {
        try {
            for (const auto& sweep : sweeps_)
                co_await sweep();
        } catch (const Unavailable&) {
            // Whoever is away has told the operator; the next minute is as good.
            co_return;
        }
    }

    static void log_failure(std::exception_ptr thrown)
    {
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& error) {
            log::error(
                "What has expired could not be removed.",
                {
                    {"what", error.what()}
            }
            );
        }
    }

    net::Loop& loop_;
    const std::vector<Sweep> sweeps_;
    TaskScope tasks_{log_failure};
};

}  // namespace wgw::app
