#include "gateway/envelope.hpp"

#include "codec/json_text.hpp"

namespace wgw::gateway {

std::string envelope(bool success, Timestamp now, std::string_view data)
{
    std::string out = success ? R"({"success":true,"timestamp":")" : R"({"success":false,"timestamp":")";
    out += to_iso(now);
    out += '"';
    if (!data.empty()) {
        out += R"(,"data":)";
        out += data;
    }
    out += '}';
    return out;
}

std::string failure_data(const Failure& failure, std::string_view request_id, bool recorded)
{
    if (!failure.errors.empty() && recorded)
        return failure.errors;
    std::string out = R"({"message":)";
    append_json_string(out, failure.text());
    out += R"(,"code":")";
    out += row(failure.code).name;
    out += '"';
    if (!request_id.empty()) {
        out += R"(,"request_id":)";
        append_json_string(out, request_id);
    }
    if (failure.retry_after_ms > 0) {
        out += R"(,"retry_after_ms":)";
        out += std::to_string(failure.retry_after_ms);
    }
    if (!failure.errors.empty()) {
        out += R"(,"errors":)";
        out += failure.errors;
    }
    out += '}';
    return out;
}

}  // namespace wgw::gateway
