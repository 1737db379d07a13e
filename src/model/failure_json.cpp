#include "model/failure_json.hpp"

#include "codec/json_text.hpp"

#include <charconv>
#include <optional>

namespace wgw {
namespace {

// What no service may choose: an interim answer would leave whoever asked waiting.
constexpr double kLeastStatus = 200;
constexpr double kGreatestStatus = 599;

/// As JavaScript's Number() reads it; nothing where that is no status of HTTP.
std::optional<int> status_of(JsonValue value)
{
    double number = 0;
    if (value.type() == JsonType::number) {
        number = value.number();
    } else if (value.is_string()) {
        const std::string text = value.string();
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || end != text.data() + text.size())
            return {};
    }
    if (!(number >= kLeastStatus && number <= kGreatestStatus))
        return {};
    return static_cast<int>(number);
}

Errc code_of(int status)
{
    switch (status) {
    case 401:
        return Errc::unauthorized;
    case 403:
        return Errc::forbidden;
    case 404:
        return Errc::not_found;
    case 409:
        return Errc::conflict;
    case 413:
        return Errc::too_large;
    case 422:
        return Errc::username_taken;
    case 429:
        return Errc::rate_limited;
    case 503:
        return Errc::unavailable;
    default:
        return status >= 400 && status < 500 ? Errc::validation_failed : Errc::internal;
    }
}

std::optional<JsonValue> member(JsonValue object, std::string_view name, JsonType type)
{
    auto value = object.find(name);
    if (value && value->type() != type)
        return {};
    return value;
}

Failure relayed(int status, std::string data)
{
    Failure failure = code_of(status);
    if (!data.empty() && JsonValue(data).is_object())
        if (const auto words = member(JsonValue(data), "message", JsonType::string))
            failure.message = words->string();
    failure.status = status;
    failure.errors = std::move(data);
    failure.relayed = true;
    failure.cause = "Another service answered with status " + std::to_string(status) + ".";
    return failure;
}

std::string message_only(std::string_view message)
{
    std::string data = R"({"message":)";
    append_json_string(data, message);
    return data += '}';
}

/// The failure that failure_data() wrote; nothing if it did not.
std::optional<Failure> ours(int status, JsonValue data)
{
    if (data.is_array() && status == 400)
        return invalid(std::string(data.text()));
    if (!data.is_object())
        return {};
    const auto message = member(data, "message", JsonType::string);
    const auto name = member(data, "code", JsonType::string);
    if (!message || !name)
        return {};
    for (std::size_t i = 0; i < kErrcs; ++i) {
        const ErrcRow& found = row(static_cast<Errc>(i));
        if (found.name != name->string())
            continue;
        Failure failure(found.code, message->string());
        if (failure.message == found.sentence)
            failure.message.clear();
        failure.status = status == found.status ? 0 : status;
        if (const auto wait = member(data, "retry_after_ms", JsonType::number))
            failure.retry_after_ms = wait->integer().value_or(failure.retry_after_ms);
        if (const auto errors = member(data, "errors", JsonType::array))
            failure.errors = errors->text();
        failure.cause = found.code == Errc::internal ? "Another service failed: its log says why." : "";
        return failure;
    }
    return {};
}

}  // namespace

std::string failure_data(const Failure& failure, std::string_view request_id, bool recorded)
{
    if (failure.relayed || (!failure.errors.empty() && recorded))
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

std::string failure_error(const Failure& failure)
{
    std::string out = R"({"status":)" + std::to_string(failure.http_status());
    if (const std::string data = failure_data(failure); !data.empty())
        out += R"(,"data":)" + data;
    return out += '}';
}

Failure read_failure(std::string_view error)
{
    Failure nothing_said = Errc::internal;
    nothing_said.cause = "Another service answered with an error that says nothing.";
    if (json_check(error) != JsonError::none || !JsonValue(error).is_object())
        return nothing_said;
    const JsonValue object(error);
    const auto status = object.find("status");
    const auto data = object.find("data");
    if (!status && !data)
        return nothing_said;
    const auto number = status ? status_of(*status) : row(Errc::internal).status;
    if (!number)
        return relayed(row(Errc::internal).status, {});
    if (!data)
        return relayed(*number, message_only(row(Errc::internal).sentence));
    if (auto failure = ours(*number, *data))
        return *std::move(failure);
    return relayed(*number, data->is_string() ? message_only(data->string()) : std::string(data->text()));
}

}  // namespace wgw
