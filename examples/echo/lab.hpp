#pragma once
/// Namespaces for what echoing does not touch: tests/conformance/reference.mjs says what each does, on npm's own
/// server.

#include "sio/server/standalone.hpp"

namespace echo {

void add_lab(wgw::sio::Standalone& app);

}  // namespace echo
