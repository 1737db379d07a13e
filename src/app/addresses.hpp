#pragma once
/// Addresses as settings have them and as people read them: what this program listens on, and whose pages may come.
///
/// Pure: no name is looked up.
/// Errors  OptionError that names the setting
/// Tests   addresses_test.cpp

#include <cstdint>
#include <string>
#include <string_view>

namespace wgw::app {

/// Throws where `host`, of the setting `name`, can be neither a name nor an IP address: with a port, in brackets, a URL.
void check_host(std::string_view name, const std::string& host);

/// Throws where no browser ever sends `origin`, of WGW_ORIGINS, as it is compared: to the letter.
void check_origin(const std::string& origin);

/// `localhost:3000`, `[::1]:3000`.
std::string place_of(std::string_view host, std::uint16_t port);

/// `http://[::1]:3000`. Who listens on all addresses is reached as localhost.
std::string url_of(std::string_view host, std::uint16_t port);

}  // namespace wgw::app
