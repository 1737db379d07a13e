#pragma once
/// Asking for operations, wherever they are done: in this process, or in services behind a bus. Nobody who asks knows
/// which it is.
///
/// Loop only.
/// Tests  services_test.cpp

#include "bus/calls.hpp"
#include "bus/operation.hpp"

#include <memory>

namespace wgw::bus {

class Services {
public:
    virtual ~Services() = default;

    /// A value or nothing, as JSON text whatever it holds; or the failure. A guarded operation needs the caller, whose
    /// token has been checked. Throws Unavailable if the service cannot be asked now: whether anything was done is
    /// unknown.
    virtual Task<Result<Answer>> ask(
        Pattern pattern, std::string data, Caller caller, std::vector<Header> headers = {}
    ) = 0;
};

/// Plain calls.
std::unique_ptr<Services> make_local_services(Operations operations);

/// Over `calls`, which outlive them. The caller's origin goes along unchanged; headers do not go with a recorded
/// pattern.
std::unique_ptr<Services> make_remote_services(Calls& calls);

/// One call, and what became of it, as result_of(). `by`: empty: without. `queue`: empty: that of the pattern.
Task<Result<Answer>> call(
    Calls& calls, Pattern pattern, std::string data, Origin by, std::vector<Header> headers = {},
    std::string queue = {}, Duration patience = Calls::kPatience
);

/// A value or nothing, or the failure that the service has answered. That nobody knows the pattern is an answer, too.
Result<Answer> result_of(Answer answer, Pattern pattern);

/// That nobody knows the pattern, as a failure.
Failure no_handler(Pattern pattern);

}  // namespace wgw::bus
