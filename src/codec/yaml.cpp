#include "codec/yaml.hpp"

#include "codec/json_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace wgw {
namespace {

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What YAML 1.1 reads as something else than text.
bool is_reserved(std::string_view text)
{
    constexpr std::array<std::string_view, 9> kWords{"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return std::ranges::find(kWords, lower) != kWords.end();
}

/// `3.0.0` is no number.
bool is_version(std::string_view text)
{
    return is_digit(text.front()) && is_digit(text.back()) && std::ranges::count(text, '.') == 2 &&
           std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
}

bool is_plain(std::string_view text)
{
    constexpr std::string_view kInside = " _/.{}()-;$";
    if (text.empty() || text.back() == ' ' || is_reserved(text))
        return false;
    if (is_version(text))
        return true;
    return (is_alpha(text.front()) || text.front() == '/' || text.front() == '$') &&
           std::ranges::all_of(text, [&](char c) { return is_alpha(c) || is_digit(c) || kInside.contains(c); });
}

void write_string(std::string& out, std::string_view text)
{
    if (is_plain(text)) {
        out += text;
        return;
    }
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
        append_json_string(out, text);
        return;
    }
    out += '\'';
    for (const char c : text)
        out += c == '\'' ? std::string("''") : std::string(1, c);
    out += '\'';
}

class Writer {
public:
    std::string take() { return std::move(out_); }

    /// What stands behind `key:` or `-`: on the same line if it fits there, else on lines of its own.
    void value(JsonValue value, std::size_t depth, bool after_dash)
    {
        const bool object = value.is_object();
        if ((object && !value.members().next()) || (value.is_array() && !value.elements().next())) {
            out_ += object ? " {}\n" : " []\n";
        } else if (object || value.is_array()) {
            // Behind a dash the first line of what is inside goes on; its indentation is the dash's own two columns.
            out_ += after_dash ? " " : "\n";
            block(value, depth, after_dash);
        } else {
            out_ += ' ';
            scalar(value);
            out_ += '\n';
        }
    }

    void block(JsonValue value, std::size_t depth, bool first_line_begun)
    {
        const auto begin_line = [&] {
            if (!first_line_begun)
                out_.append(2 * depth, ' ');
            first_line_begun = false;
        };
        if (value.is_object()) {
            auto cursor = value.members();
            while (const auto member = cursor.next()) {
                begin_line();
                write_string(out_, member->name.string());
                out_ += ':';
                this->value(member->value, depth + 1, false);
            }
        } else {
            auto cursor = value.elements();
            while (const auto element = cursor.next()) {
                begin_line();
                out_ += '-';
                this->value(*element, depth + 1, true);
            }
        }
    }

    void scalar(JsonValue value)
    {
        if (value.is_string())
            write_string(out_, value.string());
        else
            out_ += value.text();
    }

private:
    std::string out_;
};

}  // namespace

std::string yaml_of(std::string_view json)
{
    const JsonValue value(json);
    Writer writer;
    const bool is_scalar = !value.is_object() && !value.is_array();
    const bool is_empty =
        (value.is_object() && !value.members().next()) || (value.is_array() && !value.elements().next());
    if (is_scalar || is_empty)
        writer.value(value, 0, false);
    else
        writer.block(value, 0, false);
    std::string text = writer.take();
    return text.starts_with(' ') ? text.substr(1) : text;
}

}  // namespace wgw
