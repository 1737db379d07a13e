#pragma once
/// JSON as YAML: block style, two spaces, members in their order; every parser reads the same values out of both.
///
/// A text stands plain where nobody could take it for something else, otherwise in single quotes; one with control
/// characters in double quotes, as in JSON.
/// Source  YAML 1.2 §8; the style is that of npm js-yaml, as the recorded document has it
/// Tests   yaml_test.cpp, tests/e2e/documents.test.mjs

#include <string>
#include <string_view>

namespace wgw {

/// Precondition: json_check(json) is none. Ends with a line break.
std::string yaml_of(std::string_view json);

}  // namespace wgw
