#pragma once
/// The body of a request, as JSON text that has been checked: whatever the client sent, in whatever form.
///
/// JSON as it is; a form as an object of strings; text, an array, a number, no body at all: whatever validates like {}.
/// Errors  BodyError: answered without data, before anything else is looked at
/// Source  what the original answers: tests/golden
/// Tests   rest_body_test.cpp

#include "codec/http_request.hpp"

#include <expected>
#include <string>

namespace wgw::gateway {

enum class BodyError {
    malformed,    ///< 400, and the connection closes.
    unsupported,  ///< 415, and the connection stays.
};

std::expected<std::string, BodyError> read_body(const HttpRequest& request);

}  // namespace wgw::gateway
