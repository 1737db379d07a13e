#pragma once
/// Operations: what a feature can be asked by name, with JSON text in and out. A gateway asks for one, a service
/// answers it, and one process does both with a plain call.
///
/// A pattern is a name as NestJS services have it: `chat.room.create`, asked for at the queue `chat`.
/// Data      JSON of any kind: an operation reads its fields, and ignores what it does not know
/// Caller    of a guarded operation, whose token has been checked by whoever runs it; of others only the name of the request
/// Headers   `x-wgw-…`: what the original does not know. Another service may ignore them, and answer without
/// Source    contract §12.4
/// Tests     operation_test.cpp

#include "bus/calls.hpp"
#include "model/caller.hpp"
#include "model/result.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::bus {

/// Static data.
struct Pattern {
    std::string_view name;
    bool guarded = true;    ///< It needs a token.
    bool recorded = false;  ///< The original has it: what is asked looks as it does there, to the byte.

    std::string_view queue() const { return name.substr(0, name.find('.')); }
};

// What the original does not know.
inline constexpr std::string_view kIdHeader = "x-wgw-id";                 ///< Asked: under this id, 24 hex digits.
inline constexpr std::string_view kAddressHeader = "x-wgw-address";       ///< Asked: where the request came from.
inline constexpr std::string_view kUserAgentHeader = "x-wgw-user-agent";  ///< Asked: what that called itself.
inline constexpr std::string_view kKeyHeader = "x-wgw-key";      ///< Asked: once under this key of the caller's.
inline constexpr std::string_view kUntilHeader = "x-wgw-until";  ///< Asked: not begun behind this time, ms.
inline constexpr std::string_view kNextHeader = "x-wgw-next";    ///< Answered: where the list goes on.
inline constexpr std::string_view kSeqHeader = "x-wgw-seq";      ///< Answered: where in its room's log.
inline constexpr std::string_view kDuplicateHeader = "x-wgw-duplicate";  ///< Answered: it had been stored before.

/// Empty: there is none.
std::string_view header_of(std::span<const Header> headers, std::string_view name);

struct Operation {
    Pattern pattern;
    std::function<Task<Result<Answer>>(Request, Caller)> run;  ///< Answers a value or nothing.
};

using Operations = std::vector<Operation>;

/// A row of a feature's table. `parts` is a value of references that outlive the operation.
template <class Parts>
struct OperationRow {
    Pattern pattern;
    Task<Result<Answer>> (*run)(Parts parts, Request request, Caller caller);
};

template <class Parts>
Operations operations_of(std::span<const OperationRow<Parts>> rows, Parts parts)
{
    Operations operations;
    for (const auto& row : rows)
        operations.push_back({row.pattern, [run = row.run, parts](Request request, Caller caller) {
                                  return run(parts, std::move(request), std::move(caller));
                              }});
    return operations;
}

inline Answer value(std::string json) { return {Answer::Kind::value, std::move(json), {}}; }

/// The answer to a request that has failed.
Answer error_answer(const Failure& failure);

/// Who checks the token of a request: the value of the header, or nothing if there is none.
using CheckAuthorization = std::function<Result<Caller>(std::optional<std::string_view>)>;

/// The same operations as a service answers them: a guarded one only with a good token, and failures as errors.
/// What else is thrown is up to whoever runs the bindings.
Bindings bindings_of(Operations operations, CheckAuthorization check);

}  // namespace wgw::bus
