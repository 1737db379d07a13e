#include "gateway/envelope.hpp"

#include "codec/json_text.hpp"

namespace wgw::gateway {

namespace {

/// What JavaScript takes for nothing, null apart: `false`, `0`, `""`.
bool is_left_out(std::string_view data)
{
    if (data.empty() || data == "false" || data == R"("")")
        return true;
    const bool is_number = data.front() == '-' || (data.front() >= '0' && data.front() <= '9');
    return is_number && JsonValue(data).number() == 0;
}

}  // namespace

std::string envelope(bool success, Timestamp now, std::string_view data)
{
    std::string out = success ? R"({"success":true,"timestamp":")" : R"({"success":false,"timestamp":")";
    out += to_iso(now);
    out += '"';
    if (!is_left_out(data)) {
        out += R"(,"data":)";
        out += data;
    }
    out += '}';
    return out;
}

}  // namespace wgw::gateway
