#include "sio/server/arguments.hpp"

#include "codec/utf8.hpp"
#include "sio/protocol/packet.hpp"
#include "sio/protocol/placeholders.hpp"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace wgw::sio {

Arguments::Arguments(std::string_view json_array, std::span<const std::string> attachments) : attachments_(attachments)
{
    auto cursor = JsonValue(json_array).elements();
    while (const auto value = cursor.next())
        values_.push_back(*value);
}

std::optional<std::string_view> Arguments::bytes(std::size_t i) const
{
    if (attachments_.empty() || i >= values_.size() || !values_[i].is_object())
        return {};
    const auto placeholder = values_[i].find("_placeholder");
    if (!placeholder || placeholder->text() != "true")
        return {};
    const auto number = static_cast<std::size_t>(values_[i].find("num")->integer().value());
    return attachments_[number];
}

std::string_view Arguments::values() const
{
    if (values_.empty())
        return {};
    const char* begin = values_.front().text().data();
    const auto last = values_.back().text();
    return {begin, static_cast<std::size_t>(last.data() + last.size() - begin)};
}

Payload Payload::of_array(std::string_view json_array, std::vector<std::string> attachments)
{
    assert(json_array.starts_with('[') && json_array.ends_with(']'));
    Payload payload;
    payload.json_ = json_array;
    payload.attachments_ = std::move(attachments);
    return payload;
}

void Payload::add(std::string_view text)
{
    begin_value();
    if (is_utf8(text))
        append_json_string(json_, text);
    else
        append_json_string(json_, to_utf8(text));
    json_ += ']';
}

void Payload::add(double number)
{
    if (!std::isfinite(number))
        throw std::invalid_argument("JSON has no number that is not finite");
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    add_value({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void Payload::add(const Json& json) { add_all(json.text, {}); }

void Payload::add(const Bytes& bytes)
{
    begin_attachments();
    add_value(R"({"_placeholder":true,"num":)" + std::to_string(attachments_.size()) + "}");
    attachments_.emplace_back(bytes.data);
}

void Payload::add_value(std::string_view json)
{
    begin_value();
    json_.append(json) += ']';
}

void Payload::begin_value()
{
    json_.pop_back();
    if (json_.size() > 1)
        json_ += ',';
}

void Payload::add_all(std::string_view values, std::span<const std::string> attachments)
{
    if (values.empty())
        return;
    if (attachments.empty() && attachments_.empty())
        return add_value(values);
    if (attachments.empty())
        return add_value(disarm_placeholders(values));
    const auto renumbered = renumber_placeholders(values, attachments_.size(), kMaxAttachments);
    if (!renumbered.old.empty())
        begin_attachments();
    add_value(renumbered.json);
    for (const auto old : renumbered.old)
        attachments_.push_back(attachments[old]);
}

/// From now on a placeholder stands for an attachment: what looked like one so far is data.
void Payload::begin_attachments()
{
    if (attachments_.empty())
        json_ = "[" + disarm_placeholders(values()) + "]";
}

}  // namespace wgw::sio
