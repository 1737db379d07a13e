#pragma once
/// Failures as JSON: what a client is told, what one service answers another, and what that is to whoever asked.
///
/// Shape   data   the recorded bare array of bad fields, or
///                {"message":…,"code":…,"request_id":…,"retry_after_ms":…,"errors":[…]}, the last three where there is
///                something to say
///         error  {"status":404,"data":…}
/// Source  contract §7.3, §12.3, §12.6
/// Tests   failure_json_test.cpp

#include "model/result.hpp"

#include <string>
#include <string_view>

namespace wgw {

/// The data of a failed operation; empty: none. One that the original does not have (`recorded` false) tells its bad
/// fields in the second form.
std::string failure_data(const Failure& failure, std::string_view request_id = {}, bool recorded = true);

/// As a service answers it.
std::string failure_error(const Failure& failure);

/// What a service has answered as its error: any JSON. Of services like ours the same failure again; what others say
/// is `relayed`, with a code that fits its status. A status that is none of HTTP is 500 without data.
Failure read_failure(std::string_view error);

}  // namespace wgw
