#pragma once
/// The one shape of every REST reply and every ack: `{"success":…,"timestamp":"…","data":…}`, in this order.
///
/// `data` is JSON text, or empty: then it is left out.
/// Tests  envelope_test.cpp

#include "base/time.hpp"
#include "model/result.hpp"

#include <string>
#include <string_view>

namespace wgw::gateway {

std::string envelope(bool success, Timestamp now, std::string_view data);

/// The `data` of a failed operation: the recorded bare array of bad fields, or
/// `{"message":…,"code":…,"request_id":…,"retry_after_ms":…,"errors":[…]}`, the last three where there is something to
/// say. An operation that the original does not have (`recorded` false) tells its bad fields in the second form.
std::string failure_data(const Failure& failure, std::string_view request_id = {}, bool recorded = true);

}  // namespace wgw::gateway
