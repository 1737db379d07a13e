#pragma once
/// REST routes that ask for an operation and answer what it answers: any JSON, whoever has written it.
///
/// Source  contract §12.6: what a gateway tolerates
/// Tests   relay_test.cpp

#include "bus/services.hpp"
#include "gateway/rest.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace wgw::gateway {

/// A value is due: that there is nothing to say is a failure. `services` outlives it.
Task<Result<RestReply>> relay(
    bus::Services& services, bus::Pattern pattern, std::string data, Caller caller,
    std::vector<bus::Header> headers = {}
);

/// No data, whatever is answered.
Task<Result<RestReply>> relay_done(bus::Services& services, bus::Pattern pattern, std::string data, Caller caller);

/// `{"room_id":"…","limit":50}`: one string member, or none where the name is empty, and members behind it as they are.
std::string object_of(std::string_view name, std::string_view value, std::string_view members = {});

}  // namespace wgw::gateway
