#pragma once
/// The client for browsers, as the server hands it out: `<script src="/socket.io/socket.io.js">`.
///
/// Eight files and nothing else: socket.io.js, .min.js, .esm.min.js, .msgpack.min.js, and the source map of each.
/// Pure.
/// Source  npm socket.io-client, its dist/; headers as the reference server sends them
/// Tests   client_files_test.cpp

#include "codec/http_request.hpp"
#include "codec/http_response.hpp"

#include <optional>
#include <string_view>

namespace wgw::sio {

/// What `request` (GET or HEAD) is answered if `name`, the last part of its path, is one of the files.
std::optional<HttpResponse> client_file(std::string_view name, const HttpRequest& request);

/// Of the client, as in `4.8.4`.
std::string_view client_version();

}  // namespace wgw::sio
