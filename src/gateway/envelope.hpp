#pragma once
/// The one shape of every REST reply and every ack: `{"success":…,"timestamp":"…","data":…}`, in this order.
///
/// `data` is JSON text, or empty. It is left out where it is empty, `false`, `0` or `""`.
/// Tests  envelope_test.cpp

#include "base/time.hpp"

#include <string>
#include <string_view>

namespace wgw::gateway {

std::string envelope(bool success, Timestamp now, std::string_view data);

}  // namespace wgw::gateway
