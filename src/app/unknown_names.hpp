#pragma once
/// Names that are set and not read: mistyped ones are told, with the one that was meant.
///
/// Tests  options_test.cpp

#include "app/option_values.hpp"

#include <string>
#include <vector>

namespace wgw::app {

/// A sentence for each.
std::vector<std::string> warn_of_unknown(const OptionValues& values);

}  // namespace wgw::app
