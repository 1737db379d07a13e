#pragma once
/// The settings WGW_LIMIT_…: name, default, range, sentence, and the bound that each sets. Rows of the option table.
///
/// Values  a whole number, or a rate (base/rate.hpp); `off` where a row may be lifted: those per user, room and address
/// Tests   limit_table_test.cpp, tests/e2e/limits.test.mjs

#include "model/limits.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace wgw::app {

struct LimitRow {
    std::string_view name;  ///< With its prefix.
    std::variant<std::int64_t Limits::*, Rate Limits::*> bound;
    std::string_view sentence;
    std::int64_t least = 1;  ///< Of a number.
    std::int64_t greatest = 1'000'000;
    bool may_be_lifted = false;  ///< By `off`, and by WGW_LIMITS=bench.
};

std::span<const LimitRow> limit_table();

/// As it is written when it is set. Empty: the default is no number.
std::string default_text(const LimitRow& row);

/// Sets what the row is about. Throws OptionError.
void read_limit(Limits& limits, const LimitRow& row, std::string_view text);

/// WGW_LIMITS=bench: lifts the row if it may be.
void lift(Limits& limits, const LimitRow& row);

/// Throws OptionError where two limits contradict each other.
void check_together(const Limits& limits);

}  // namespace wgw::app
