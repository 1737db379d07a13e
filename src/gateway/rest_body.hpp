#pragma once
/// The body of a request, as JSON text that has been checked: whatever the client sent, in whatever form.
///
/// JSON as it is; a form as an object of strings; text, an array, a number, no body at all: whatever validates like {}.
/// Errors  BodyError: answered without data, before anything else is looked at
/// Source  what the original answers: tests/golden
/// Tests   rest_body_test.cpp

#include "codec/http_request.hpp"
#include "codec/json_text.hpp"

#include <cstddef>
#include <expected>
#include <string>

namespace wgw::gateway {

enum class BodyError {
    malformed,    ///< 400, and the connection closes.
    unsupported,  ///< 415, and the connection stays.
};

std::expected<std::string, BodyError> read_body(const HttpRequest& request, JsonLimits limits = {});

/// For the log: of the body itself it has nothing.
struct BodyFault {
    std::string what;      ///< As in `expected a name in double quotes`.
    std::size_t at = 0;    ///< Bytes before it; of JSON only.
    std::size_t line = 0;  ///< From 1; 0: it is in no place.
};

/// Why read_body() has refused it.
BodyFault explain_body(const HttpRequest& request, JsonLimits limits = {});

/// Whether it is JSON that came as a form, as `curl -d` sends it unless it is told otherwise: read as a form, it is one
/// name without a value.
bool is_json_in_form(const HttpRequest& request);

}  // namespace wgw::gateway
