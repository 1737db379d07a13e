#pragma once
/// The events of the socket as an AsyncAPI 3.0.0 document: JSON text.
///
/// Pure. Seen from the server: it `receive`s what clients send. An ack is the reply of its operation.
/// Source  AsyncAPI Specification 3.0.0
/// Tests   asyncapi_test.cpp, tests/e2e/documents.test.mjs

#include "docs/event.hpp"
#include "model/limits.hpp"

#include <string>
#include <string_view>

namespace wgw::docs {

/// `version`: of the program.
std::string asyncapi(const Events& events, const Limits& limits, std::string_view version);

}  // namespace wgw::docs
