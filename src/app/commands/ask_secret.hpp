#pragma once
/// A password or a token that a command needs: typed on the terminal, where it is not shown, or the first line of
/// standard input. Never an argument, which every user of the machine could read.
///
/// Errors  std::runtime_error: nothing came, the two are not the same, or Ctrl-C

#include <string>

namespace wgw::app {

enum class Twice { no, yes };

/// `what`: as in `Password`. A terminal is asked twice where that is wanted.
std::string ask_secret(const std::string& what, Twice twice = Twice::no);

}  // namespace wgw::app
