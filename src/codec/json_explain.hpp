#pragma once
/// What is wrong with a text that json_check() has refused, and where: for people.
///
/// Tests  json_explain_test.cpp

#include "codec/json_text.hpp"

namespace wgw {

struct JsonFault {
    JsonError error = JsonError::none;
    std::size_t at = 0;         ///< Bytes before it.
    std::string_view expected;  ///< As in `a name in double quotes`; of syntax only.
};

/// The same pass once more.
JsonFault json_explain(std::string_view text, JsonLimits limits = {});

}  // namespace wgw
