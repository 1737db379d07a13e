#pragma once
/// The load generator: opens the clients of a Load, sends, and checks that everything arrives.
///
///     Report report = run(load);
///
/// One thread, one epoll. Between a bounded number of reads it looks at the schedule, so that a burst that comes in
/// does not make the open loop send in volleys. Latency counts from when a message was due, not from when it was sent.
///
/// Errors  std::runtime_error with a sentence: a client could not connect
/// Tests   bench/generator_test.cpp, against a server with faults

#include "loadgen/load.hpp"

namespace wgw::loadgen {

/// Returns when everything has arrived, or the drain time is over.
Report run(const Load& load);

}  // namespace wgw::loadgen
