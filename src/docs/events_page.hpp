#pragma once
/// The events of the socket for people: a page of HTML, without scripts; its looks are web/docs/events.css.
/// Tests   asyncapi_test.cpp

#include "docs/event.hpp"
#include "model/limits.hpp"

#include <string>
#include <string_view>

namespace wgw::docs {

/// `version`: of the program.
std::string events_page(const Events& events, const Limits& limits, std::string_view version);

}  // namespace wgw::docs
