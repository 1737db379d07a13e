#pragma once
/// Some workers that are looked after together: what Worker says of one, of all. On the loop only.

#include "base/worker.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

namespace wgw::store {

class WorkerSet {
public:
    void add(Worker::Options options, Outlet& outlet)
    {
        workers_.push_back(std::make_unique<Worker>(std::move(options), outlet));
    }

    Worker& at(std::size_t which) { return *workers_[which]; }
    const Worker& at(std::size_t which) const { return *workers_[which]; }
    std::size_t size() const { return workers_.size(); }

    Worker& least_busy()
    {
        return **std::ranges::min_element(workers_, {}, [](const auto& worker) { return worker->under_way(); });
    }

    void flush()
    {
        for (const auto& worker : workers_)
            worker->flush();
    }

    std::optional<Instant> next_deadline() const
    {
        std::optional<Instant> first;
        for (const auto& worker : workers_)
            if (const auto next = worker->next_deadline(); next && (!first || *next < *first))
                first = next;
        return first;
    }

    void expire(Instant now)
    {
        for (const auto& worker : workers_)
            worker->expire(now);
    }

    bool is_late() const
    {
        return std::ranges::any_of(workers_, [](const auto& worker) { return worker->is_late(); });
    }

    std::size_t under_way() const
    {
        std::size_t jobs = 0;
        for (const auto& worker : workers_)
            jobs += worker->under_way();
        return jobs;
    }

    void stop()
    {
        for (const auto& worker : workers_)
            worker->stop();
    }

private:
    std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace wgw::store
