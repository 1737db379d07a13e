#include "sio/protocol/engine_handshake.hpp"

#include "codec/json_text.hpp"

#include <algorithm>

namespace wgw::sio {

namespace {

constexpr std::string_view kMessages[] = {
    "Transport unknown", "Session ID unknown", "Bad handshake method",
    "Bad request",       "Forbidden",          "Unsupported protocol version",
};

enum Code { transport_unknown, sid_unknown, bad_method, bad_request, forbidden, wrong_version };

Refusal refuse(const EngineRequest& request, Code code)
{
    const auto own_text = code == forbidden ? request.refusal : std::string_view();
    Refusal refusal{.status = code == forbidden ? 403 : 400, .content_type = "application/json", .body = {}};
    if (!request.upgrade) {
        refusal.body = refusal_json(code, own_text);
        return refusal;
    }
    refusal.content_type = "text/html";
    refusal.body = own_text.empty() ? kMessages[code] : own_text;
    refusal.close_connection = true;
    return refusal;
}

/// A byte that no header field's value may hold (RFC 9110 §5.5), though a lenient parser may let it pass.
bool is_bad_header_byte(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

std::optional<Code> check_known_session(const EngineRequest& request, std::optional<Transport> session)
{
    if (!session)
        return sid_unknown;
    const bool wants_websocket = request.query.transport == "websocket";
    if (request.upgrade != wants_websocket)
        return bad_request;
    if (!request.upgrade && *session != Transport::polling)
        return bad_request;
    if (request.query.version != "4")
        return bad_request;
    if (request.upgrade && !request.allowed)
        return forbidden;
    return std::nullopt;
}

std::optional<Code> check_new_session(const EngineRequest& request)
{
    if (request.method != "GET")
        return bad_method;
    if (request.upgrade != (request.query.transport == "websocket"))
        return bad_request;
    if (!request.allowed)
        return forbidden;
    if (request.query.version != "4")
        return wrong_version;
    return std::nullopt;
}

}  // namespace

EngineQuery read_engine_query(std::string_view query)
{
    EngineQuery result;
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);

        const auto equals = pair.find('=');
        const auto name = pair.substr(0, equals);
        const auto value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
        auto* field = name == "transport" ? &result.transport
                      : name == "EIO"     ? &result.version
                      : name == "sid"     ? &result.sid
                                          : nullptr;
        if (field)
            *field = field->has_value() ? "," : value;
    }
    return result;
}

std::optional<Refusal> check_request(const EngineRequest& request, std::optional<Transport> session)
{
    const auto& query = request.query;
    if (query.transport != "polling" && query.transport != "websocket")
        return refuse(request, transport_unknown);
    if (std::ranges::any_of(request.origin, is_bad_header_byte))
        return refuse(request, bad_request);

    const bool has_sid = query.sid && !query.sid->empty();
    if (const auto code = has_sid ? check_known_session(request, session) : check_new_session(request))
        return refuse(request, *code);
    if (has_sid && request.method != "GET" && request.method != "POST")
        return Refusal{.status = 405, .content_type = {}, .body = {}};
    return std::nullopt;
}

std::string refusal_json(int code, std::string_view message)
{
    std::string out = "{\"code\":" + std::to_string(code) + ",\"message\":";
    append_json_string(out, message.empty() ? kMessages[code] : message);
    return out += '}';
}

}  // namespace wgw::sio
