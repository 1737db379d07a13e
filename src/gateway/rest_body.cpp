#include "gateway/rest_body.hpp"

#include "codec/json_text.hpp"
#include "codec/url.hpp"
#include "codec/utf8.hpp"

namespace wgw::gateway {
namespace {

std::string lower(std::string_view text)
{
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

/// `application/json; charset=utf-8` → `application/json`
std::string media_type(std::string_view content_type)
{
    auto type = lower(content_type.substr(0, content_type.find(';')));
    while (type.ends_with(' ') || type.ends_with('\t'))
        type.pop_back();
    return type;
}

/// Keys that would reach a JavaScript object's prototype: refused as the original refuses them.
bool is_poisoned(const JsonValue& value)
{
    if (value.is_array()) {
        auto elements = value.elements();
        while (const auto element = elements.next())
            if (is_poisoned(*element))
                return true;
        return false;
    }
    if (!value.is_object())
        return false;
    auto members = value.members();
    while (const auto member = members.next()) {
        const std::string name = member->name.string();
        if (name == "__proto__")
            return true;
        if (name == "constructor" && member->value.is_object() && member->value.find("prototype"))
            return true;
        if (is_poisoned(member->value))
            return true;
    }
    return false;
}

std::expected<std::string, BodyError> read_json(std::string_view body)
{
    if (body.starts_with("\xef\xbb\xbf"))
        body.remove_prefix(3);
    std::string text(body);
    JsonError error = json_check(text);
    if (error == JsonError::utf8) {
        text = to_utf8(body);
        error = json_check(text);
    }
    if (error != JsonError::none || is_poisoned(JsonValue(text)))
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

std::expected<std::string, BodyError> read_body(const HttpRequest& request)
{
    const auto content_type = request.header("content-type");
    if (!content_type || content_type->empty())
        return request.body.empty() ? std::expected<std::string, BodyError>("{}")
                                    : std::unexpected(BodyError::unsupported);
    const auto type = media_type(*content_type);
    if (type == "application/json")
        return read_json(request.body);
    if (type == "application/x-www-form-urlencoded")
        return form_to_json(request.body);
    if (type == "text/plain")
        return "{}";
    // Without a body there is nothing to be in the wrong form.
    return request.body.empty() ? std::expected<std::string, BodyError>("{}") : std::unexpected(BodyError::unsupported);
}

}  // namespace wgw::gateway
