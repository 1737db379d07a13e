#pragma once
/// The documents of this program: OpenAPI of its routes, AsyncAPI of its events, and where they are handed out.
///
/// Pure. `version` is the program's; `limits` are quoted.
/// Tests   documents_test.cpp, tests/e2e/documents.test.mjs

#include "docs/site.hpp"
#include "model/limits.hpp"

#include <string>

namespace wgw::gateway {

/// `recorded`: with the header parameter that the original's document has (docs::OpenapiOptions).
std::string openapi_document(const Limits& limits, std::string_view version, bool recorded = false);

std::string asyncapi_document(const Limits& limits, std::string_view version);

docs::Site documents_site(const Limits& limits, std::string version);

}  // namespace wgw::gateway
