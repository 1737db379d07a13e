#pragma once
/// Who asks, where a proxy stands in front: the address that trusted proxies say they were called from.
///
///     X-Forwarded-For: 192.0.2.43, 198.51.100.17:4711, [2001:db8::1]:80
///     Forwarded: for=192.0.2.43, for="[2001:db8::1]:80";proto=https
///
/// Each proxy adds the address of its peer at the end. So the list is read from its end, as long as the address before
/// belongs to a trusted proxy: what stands in front of the first one that does not was written by anybody.
///
/// Errors    a place that holds no address (`unknown`, `_hidden`, garbage) ends the walk: the answer is the last
///           address that is known, a proxy's. Nothing throws, nothing is believed in part
/// Both      where both fields are there, and do not say the same, one of them has passed a proxy that does not know
///           it: neither is believed
/// Source    RFC 7239; X-Forwarded-For as nginx, haproxy and Envoy write it
/// Tests     forwarded_test.cpp

#include "codec/http_request.hpp"
#include "codec/ip_address.hpp"

#include <span>
#include <string>

namespace wgw {

/// The address of the client behind `request`, as text. `request.peer` itself if that is no trusted proxy, or says
/// nothing.
std::string client_address(const HttpRequest& request, std::span<const IpNetwork> trusted);

}  // namespace wgw
