#pragma once
/// Hints where there is one process, or one gateway: who publishes and who listens are the same.

#include "bus/hints.hpp"

#include <set>
#include <utility>

namespace wgw::bus {

class LocalHints final : public Hints {
public:
    void set_listener(Listener listener) override { listener_ = std::move(listener); }

    void publish(std::string channel, std::string payload) override
    {
        if (wanted_.contains(channel))
            listener_.heard(channel, payload);
    }

    void subscribe(const std::string& channel) override
    {
        if (wanted_.insert(channel).second && listener_.following)
            listener_.following(channel);
    }

    void unsubscribe(const std::string& channel) override { wanted_.erase(channel); }

private:
    Listener listener_;
    std::set<std::string> wanted_;
};

}  // namespace wgw::bus
