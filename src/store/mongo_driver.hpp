#pragma once
/// The MongoDB driver of this process.

namespace wgw::store {

/// Makes it ready, once, and keeps it from writing to stderr by itself: what goes wrong comes back as an error, and the
/// driver's own words may show a URL with its password. Before anything else of it; any thread, any number of times.
void start_mongo_driver();

}  // namespace wgw::store
