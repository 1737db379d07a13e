#pragma once
/// Operations (app/operations.hpp) for a command: asked of the server that has the data folder, or, where there is
/// none, run here on a store that is opened for it. Where the settings are those of a cluster, they are run here on its
/// MongoDB, and no data folder is looked at. Blocking.
///
/// Errors  Refused, with the reason as a sentence; std::runtime_error where none of these ways is open
/// Tests   tests/e2e/operator.test.mjs, tests/cluster/operator.test.mjs

#include "app/options.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace wgw::app {

/// The answer is no.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The `data` of the reply of the server that has the folder of `options`; nothing where none does, as in a cluster.
std::optional<std::string> ask_running(
    const Options& options, std::string_view operation, const std::string& arguments = "{}"
);

class ControlClient {
public:
    /// What to do where there is no database yet.
    enum class Missing { refuse, make };

    explicit ControlClient(const Options& options, Missing missing = Missing::refuse);
    ControlClient(const ControlClient&) = delete;
    ControlClient& operator=(const ControlClient&) = delete;
    ~ControlClient();

    /// The `data` of the reply, as JSON that has been checked.
    std::string ask(std::string_view operation, const std::string& arguments);

    /// Whether a server was there.
    bool is_served() const { return here_ == nullptr; }

    /// Whether it was the store of a cluster, whose processes go on with what they have in memory.
    bool is_cluster() const { return is_cluster_; }

private:
    class Here;
    class EmbeddedHere;
    class ClusterHere;

    std::string ask_server(std::string_view operation, const std::string& arguments) const;

    std::string socket_;
    bool is_cluster_;
    std::unique_ptr<Here> here_;  ///< Nothing: the server is asked.
};

}  // namespace wgw::app
