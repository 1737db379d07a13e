#pragma once
/// Removes what has expired, some rows a minute: sessions and revocations. Loop only.
/// Tests  embedded_test.cpp

#include "auth/revocations.hpp"
#include "auth/sessions.hpp"
#include "base/log.hpp"
#include "base/task_scope.hpp"
#include "net/loop.hpp"

namespace wgw::app {

class Housekeeping final : public net::Timer {
public:
    /// All three outlive it.
    Housekeeping(net::Loop& loop, auth::Sessions& sessions, auth::LocalRevocations& revocations)
        : loop_(loop), sessions_(sessions), revocations_(revocations)
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
            co_await sessions_.sweep();
            co_await revocations_.sweep();
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
    auth::Sessions& sessions_;
    auth::LocalRevocations& revocations_;
    TaskScope tasks_{log_failure};
};

}  // namespace wgw::app
