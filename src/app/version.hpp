#pragma once
/// Which program this is.

#include <string>
#include <string_view>

namespace wgw::app {

inline constexpr std::string_view kVersion = WGW_VERSION;

/// `wegowhere 1.2.3`
inline std::string version_text() { return "wegowhere " + std::string(kVersion); }

/// Of the source it was built from: 12 hex digits, with a `+` behind them if it had been changed since; empty: unknown.
std::string_view commit();

}  // namespace wgw::app
