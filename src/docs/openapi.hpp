#pragma once
/// The routes as an OpenAPI 3.0.0 document: JSON text, for openapi.json, /docs-json and, through codec/yaml.hpp, YAML.
///
/// Pure. What the original's document has is kept to the letter for its operations (Operation::recorded): ids, tags,
/// request schemas, bare parameters, empty descriptions of what went well. Everything else is ours beside it.
/// Source  OpenAPI Specification 3.0.0; what the original serves: tests/golden
/// Tests   openapi_test.cpp, gateway/documents_test.cpp, tests/golden (rest-docs), tests/e2e/documents.test.mjs

#include "docs/operation.hpp"
#include "model/limits.hpp"

#include <span>
#include <string>
#include <string_view>

namespace wgw::docs {

/// A row of the table of routes, as far as documents ask for it.
struct Route {
    std::string_view method;
    std::string_view path;  ///< As in `/rooms/:room_id`.
    bool guarded = true;
    int status = 200;
    const Operation* about = nullptr;
};

struct OpenapiOptions {
    std::string_view version;  ///< Of the program.
    /// The recorded document says of each operation with a guard that it has a header parameter `authorization`, which
    /// OpenAPI tells tools to ignore. With it: the recorded form. Without it: for tools, which take it as it stands.
    bool authorization_parameter = false;
};

std::string openapi(std::span<const Route> routes, const Limits& limits, const OpenapiOptions& options);

}  // namespace wgw::docs
