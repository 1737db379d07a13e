#pragma once
/// The last fence: for a TaskScope whose tasks have fences of their own.

#include <exception>

namespace wgw {

/// Tells the operator what a task has thrown, and that it is a bug.
void log_stray(const std::exception_ptr& thrown);

}  // namespace wgw
