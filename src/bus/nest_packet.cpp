#include "bus/nest_packet.hpp"

#include "codec/json_text.hpp"
#include "codec/utf8.hpp"
#include "model/errc.hpp"

#include <utility>

namespace wgw::bus {
namespace {

constexpr std::string_view kNoHandler = "There is no matching message handler defined in the remote service.";
constexpr JsonLimits kReplyLimits{.depth = 256, .nodes = 4'000'000};

std::string packet(std::string_view pattern, std::string_view data)
{
    std::string out;
    out.reserve(pattern.size() + data.size() + 64);
    out += R"({"pattern":)";
    append_json_string(out, pattern);
    if (!data.empty()) {
        out += R"(,"data":)";
        out += data;
    }
    return out;
}

/// As `if (value)` of JavaScript.
bool is_truthy(const std::optional<JsonValue>& value)
{
    if (!value)
        return false;
    switch (value->type()) {
    case JsonType::null:
        return false;
    case JsonType::boolean:
        return value->boolean();
    case JsonType::number:
        return value->number() != 0;
    case JsonType::string:
        return value->text().size() > 2;
    case JsonType::array:
    case JsonType::object:
        return true;
    }
    return true;
}

Answer value_of(std::string_view json) { return {.kind = Answer::Kind::value, .json = std::string(json)}; }

std::string error_json(Errc code, std::string_view more)
{
    std::string out = R"({"status":)" + std::to_string(row(code).status) + R"(,"data":{"message":)";
    append_json_string(out, row(code).sentence);
    out += more;
    return out + "}}";
}

}  // namespace

std::string encode_request(std::string_view pattern, std::string_view data, std::string_view id)
{
    auto out = packet(pattern, data);
    out += R"(,"id":)";
    append_json_string(out, id);
    return out + '}';
}

std::string encode_event(std::string_view pattern, std::string_view data) { return packet(pattern, data) + '}'; }

std::string encode_reply(const Answer& answer, std::string_view id)
{
    constexpr std::string_view kDisposed = R"("isDisposed":true})";
    std::string out = "{";
    switch (answer.kind) {
    case Answer::Kind::value:
    case Answer::Kind::error:
        out.reserve(answer.json.size() + 40);
        out += answer.kind == Answer::Kind::value ? R"("response":)" : R"("err":)";
        out += answer.json;
        out += ',';
        return out += kDisposed;
    case Answer::Kind::nothing:
        return out += kDisposed;
    case Answer::Kind::no_handler:
        out += R"("id":)";
        out += id;
        out += R"(,"err":)";
        append_json_string(out, kNoHandler);
        return out += R"(,"status":"error"})";
    }
    return out;
}

std::string_view text_of(Dropped why)
{
    switch (why) {
    case Dropped::not_json:
        return "it is no JSON";
    case Dropped::foreign:
        return "it has neither pattern nor data";
    case Dropped::too_large:
        return "it is too large or nested too deep";
    }
    return "";
}

std::expected<IncomingRequest, Dropped> decode_request(std::string_view body)
{
    if (body.size() > kMostRequestBytes)
        return std::unexpected(Dropped::too_large);
    switch (json_check(body)) {
    case JsonError::none:
        break;
    case JsonError::syntax:
    case JsonError::utf8:
        return std::unexpected(Dropped::not_json);
    case JsonError::too_deep:
    case JsonError::too_many_nodes:
        return std::unexpected(Dropped::too_large);
    }
    const JsonValue value(body);
    if (!value.is_object())
        return std::unexpected(Dropped::foreign);
    const auto pattern = value.find("pattern");
    const auto data = value.find("data");
    if (!pattern && !data)
        return std::unexpected(Dropped::foreign);
    IncomingRequest request;
    if (pattern && pattern->is_string())
        request.pattern = pattern->string();
    if (data)
        request.data = data->text();
    if (const auto id = value.find("id")) {
        request.id.emplace();
        if (id->is_string())
            append_json_string(*request.id, id->string());  // as it would be written, however it was
        else
            *request.id = id->text();
    }
    return request;
}

IncomingReply decode_reply(std::string_view body)
{
    if (body.size() > kMostReplyBytes)
        return {
            .answer = Answer{.kind = Answer::Kind::error, .json = internal_error()}
        };
    switch (json_check(body, kReplyLimits)) {
    case JsonError::none:
        break;
    case JsonError::syntax:
    case JsonError::utf8: {
        std::string text;
        append_json_string(text, to_utf8(body));
        return {.answer = value_of(text)};
    }
    case JsonError::too_deep:
    case JsonError::too_many_nodes:
        return {
            .answer = Answer{.kind = Answer::Kind::error, .json = internal_error()}
        };
    }
    const JsonValue value(body);
    if (!value.is_object())
        return {.answer = value_of(value.text())};
    const auto error = value.find("err");
    const auto response = value.find("response");
    const auto disposed = value.find("isDisposed");
    if (!error && !response && !disposed)
        return {.answer = value_of(value.text())};
    if (is_truthy(error)) {
        if (error->is_string() && error->string() == kNoHandler)
            return {.answer = Answer{.kind = Answer::Kind::no_handler}};
        return {
            .answer = Answer{.kind = Answer::Kind::error, .json = std::string(error->text())}
        };
    }
    IncomingReply reply{.is_last = is_truthy(disposed), .answer = {}};
    if (response)
        reply.answer = value_of(response->text());
    return reply;
}

std::string internal_error() { return error_json(Errc::internal, ""); }

std::string unavailable_error()
{
    return error_json(
        Errc::unavailable,
        R"(,"code":"unavailable","retry_after_ms":)" + std::to_string(row(Errc::unavailable).retry_after_ms)
    );
}

}  // namespace wgw::bus
