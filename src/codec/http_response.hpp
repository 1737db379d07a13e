#pragma once
/// HTTP/1.1 responses: values -> bytes, with exactly the header fields that a server on Node and Fastify sends.
///
/// Source  what the original system answers: tests/golden (fields; errors below the application)
/// Tests   http_response_test.cpp

#include "codec/http_request.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wgw {

struct HttpResponse {
    int status = 200;
    std::string content_type;  ///< Empty: no such field.
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;  ///< Further ones. No line breaks in them.
    bool close = false;  ///< Close the connection behind it, whatever the request said.
};

std::string_view reason_phrase(int status);

/// `date` as in `Sun, 06 Nov 1994 08:49:37 GMT`. `head_only`: the answer to HEAD, with the length its body would have.
/// A 204 or 304 has neither body nor length. `keep_alive_s`: how long the next request is waited for.
std::string write_response(
    const HttpResponse& response, bool keep_alive, bool head_only, std::string_view date, std::int64_t keep_alive_s = 72
);

/// The answer to bytes that are no request; the connection closes behind it. Not for body_too_large: that is a request,
/// and its handler answers.
std::string write_error(HttpError error, std::string_view date);

/// The date of an HTTP header. `unix_s`: seconds since 1970.
std::string http_date(std::int64_t unix_s);

}  // namespace wgw
