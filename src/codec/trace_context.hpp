#pragma once
/// W3C Trace Context: under which trace a request runs, where whoever sends it keeps one. Pure.
/// Source  https://www.w3.org/TR/trace-context/#traceparent-header
/// Tests   trace_context_test.cpp

#include <string_view>

namespace wgw {

/// The trace-id of a `traceparent` field, 32 hex digits; empty if the field is none. A part of it.
std::string_view trace_id_of(std::string_view traceparent);

}  // namespace wgw
