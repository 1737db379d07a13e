#pragma once
/// Short messages between processes that may be lost: "this was stored", "this was revoked".
///
/// At most once, in the order of each publisher. Whoever needs more reads the truth where it is kept, when `following`
/// says that from here on a channel is heard.
/// Loop only; the listener is called there.
/// Tests  test_hints_contract.cpp, on each implementation

#include <functional>
#include <string>
#include <string_view>

namespace wgw::bus {

class Hints {
public:
    struct Listener {
        /// A message on a subscribed channel; one's own too.
        std::function<void(std::string_view channel, std::string_view payload)> heard;
        /// What is published on the channel from now on is heard; what was published before may not have been. Called
        /// after subscribe(), and again whenever something may have been missed.
        std::function<void(std::string_view channel)> following;
    };

    virtual ~Hints() = default;

    /// Before the first subscribe(). What it calls may call back.
    virtual void set_listener(Listener listener) = 0;

    virtual void publish(std::string channel, std::string payload) = 0;
    virtual void subscribe(const std::string& channel) = 0;
    virtual void unsubscribe(const std::string& channel) = 0;
};

}  // namespace wgw::bus
