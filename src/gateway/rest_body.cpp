#include "gateway/rest_body.hpp"

#include "base/ascii.hpp"
#include "codec/json_explain.hpp"
#include "codec/url.hpp"
#include "codec/utf8.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace wgw::gateway {
namespace {

/// `application/json; charset=utf-8` → `application/json`
std::string media_type(std::string_view content_type)
{
    auto type = lower(content_type.substr(0, content_type.find(';')));
    while (type.ends_with(' ') || type.ends_with('\t'))
        type.pop_back();
    return type;
}

/// Whether there are keys that would reach a JavaScript object's prototype: refused as the original refuses them.
/// One pass over checked JSON, however deep: an anonymous megabyte must not hold the loop up.
bool is_poisoned(std::string_view json)
{
    struct Level {
        bool is_object;
        bool of_constructor;  ///< The value of a member "constructor".
        bool key_next;
        bool key_is_constructor = false;
    };
    std::vector<Level> levels;
    for (std::size_t at = 0; at < json.size(); ++at) {
        const char c = json[at];
        if (c == '{' || c == '[') {
            const bool of_constructor = !levels.empty() && levels.back().is_object && levels.back().key_is_constructor;
            levels.push_back({c == '{', of_constructor, c == '{'});
        } else if (c == '}' || c == ']') {
            levels.pop_back();
        } else if (c == ',') {
            levels.back().key_next = levels.back().is_object;
        } else if (c == '"') {
            const std::size_t start = at++;
            for (; json[at] != '"'; ++at)
                at += json[at] == '\\' ? 1 : 0;
            if (levels.empty() || !std::exchange(levels.back().key_next, false))
                continue;
            const std::string name = JsonValue(json.substr(start, at + 1 - start)).string();
            if (name == "__proto__" || (name == "prototype" && levels.back().of_constructor))
                return true;
            levels.back().key_is_constructor = name == "constructor";
        }
    }
    return false;
}

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";

std::expected<std::string, BodyError> read_json(std::string_view body, JsonLimits limits)
{
    if (body.starts_with(kByteOrderMark))
        body.remove_prefix(kByteOrderMark.size());
    std::string text(body);
    JsonError error = json_check(text, limits);
    if (error == JsonError::utf8) {
        text = to_utf8(body);
        error = json_check(text, limits);
    }
    if (error != JsonError::none || is_poisoned(text))
        return std::unexpected(BodyError::malformed);
    return text;
}

std::string form_to_json(std::string_view body)
{
    std::string out = "{";
    for (const auto& [name, value] : form_pairs(body)) {
        out += out.size() > 1 ? "," : "";
        append_json_string(out, to_utf8(name));
        out += ':';
        append_json_string(out, to_utf8(value));
    }
    out += '}';
    return out;
}

}  // namespace

std::expected<std::string, BodyError> read_body(const HttpRequest& request, JsonLimits limits)
{
    const auto content_type = request.header("content-type");
    if (!content_type || content_type->empty())
        return request.body.empty() ? std::expected<std::string, BodyError>("{}")
                                    : std::unexpected(BodyError::unsupported);
    const auto type = media_type(*content_type);
    if (type == kJson)
        return read_json(request.body, limits);
    if (type == kForm)
        return form_to_json(request.body);
    if (type == "text/plain")
        return "{}";
    // Without a body there is nothing to be in the wrong form.
    return request.body.empty() ? std::expected<std::string, BodyError>("{}") : std::unexpected(BodyError::unsupported);
}

BodyFault explain_body(const HttpRequest& request, JsonLimits limits)
{
    const auto content_type = request.header("content-type").value_or("");
    if (content_type.empty())
        return {.what = "there is no Content-Type; expected application/json"};
    if (media_type(content_type) != kJson)
        return {.what = "the Content-Type is none that is read; expected application/json"};
    const bool has_mark = request.body.starts_with(kByteOrderMark);
    const std::string text = to_utf8(std::string_view(request.body).substr(has_mark ? kByteOrderMark.size() : 0));
    const auto fault = json_explain(text, limits);
    const auto what = [&]() -> std::string {
        switch (fault.error) {
        case JsonError::syntax:
            return std::string(fault.at == text.size() ? "it ends too early: expected " : "expected ") +
                   std::string(fault.expected);
        case JsonError::too_deep:
            return "it is nested too deeply";
        case JsonError::too_many_nodes:
            return "it has too many values";
        default:
            return "a member is named __proto__, or prototype inside of constructor";
        }
    }();
    if (fault.error == JsonError::none)
        return {.what = what};
    const auto line = std::ranges::count(std::string_view(text).substr(0, fault.at), '\n') + 1;
    return {what, fault.at + (has_mark ? kByteOrderMark.size() : 0), static_cast<std::size_t>(line)};
}

bool is_json_in_form(const HttpRequest& request)
{
    const auto begin = request.body.find_first_not_of(" \t\r\n");
    return begin != std::string::npos && (request.body[begin] == '{' || request.body[begin] == '[') &&
           media_type(request.header("content-type").value_or("")) == kForm &&
           json_check(request.body) == JsonError::none;
}

}  // namespace wgw::gateway
