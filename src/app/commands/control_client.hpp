#pragma once
/// Operations (app/operations.hpp) for a command: asked of the server that has the data folder, or, where there is
/// none, run here on a store that is opened for it. Blocking.
///
/// Errors  Refused, with the reason as a sentence; std::runtime_error where neither way is open
/// Tests   tests/e2e/operator.test.mjs

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

/// The `data` of the reply of the server that has the folder of `options`; nothing where none does.
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

private:
    class Here;

    std::string ask_server(std::string_view operation, const std::string& arguments) const;

    std::string socket_;
    std::unique_ptr<Here> here_;  ///< Nothing: the server is asked.
};

}  // namespace wgw::app
