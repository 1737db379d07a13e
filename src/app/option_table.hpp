#pragma once
/// Every variable of the program, in one table: name, default, sentence. .env.template is made from it.
///
/// Secrets  also from a file: <NAME>_FILE has its path; or the file <name> in systemd's $CREDENTIALS_DIRECTORY, in lower
///          case. One of them at a time
/// Tests    options_test.cpp

#include <span>
#include <string>
#include <string_view>

namespace wgw::app {

struct OptionRow {
    std::string_view name;
    std::string_view fallback;  ///< Empty: none.
    std::string_view sentence;
    bool is_secret = false;  ///< Never shown; may come from a file.
};

/// With the limits (limit_table.hpp).
std::span<const OptionRow> option_table();

/// `.env.template`, as it is kept in the tree.
std::string env_template();

}  // namespace wgw::app
