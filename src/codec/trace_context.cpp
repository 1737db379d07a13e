#include "codec/trace_context.hpp"

#include <cstddef>

namespace wgw {
namespace {

bool is_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

std::string_view trace_id_of(std::string_view traceparent)
{
    constexpr std::size_t kSize = 55;  // of version 00: 2-32-16-2
    if (traceparent.size() < kSize || traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-')
        return {};
    const auto version = traceparent.substr(0, 2);
    const auto trace = traceparent.substr(3, 32);
    const auto parent = traceparent.substr(36, 16);
    const auto flags = traceparent.substr(53, 2);
    if (!is_hex(version) || !is_hex(trace) || !is_hex(parent) || !is_hex(flags))
        return {};
    // What a later version has more stands behind another dash.
    const bool is_long = traceparent.size() > kSize;
    if (version == "ff" || is_zero(trace) || is_zero(parent) ||
        (is_long && (version == "00" || traceparent[kSize] != '-')))
        return {};
    return trace;
}

}  // namespace wgw
