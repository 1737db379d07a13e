// JSON text: accepted or refused as a small recursive reader does it, and what is accepted can be walked and written.

#include "codec/json_text.hpp"

#include "codec/utf8.hpp"
#include "fuzz/fuzz.hpp"

#include <cmath>

namespace {

using namespace wgw;

/// RFC 8259, one function per production. Recursion is bounded by the depth that is allowed.
class Reference {
public:
    Reference(std::string_view text, JsonLimits limits) : rest_(text), limits_(limits) {}

    bool accepts()
    {
        space();
        if (!value(0))
            return false;
        space();
        return rest_.empty() && nodes_ <= limits_.nodes;
    }

    std::size_t nodes() const { return nodes_; }

private:
    bool value(int depth)
    {
        ++nodes_;
        if (take("null") || take("true") || take("false"))
            return true;
        if (rest_.starts_with('"'))
            return string();
        if (rest_.starts_with('['))
            return depth < limits_.depth && list('[', ']', depth, false);
        if (rest_.starts_with('{'))
            return depth < limits_.depth && list('{', '}', depth, true);
        return number();
    }

    bool list(char open, char close, int depth, bool is_object)
    {
        take(open);
        space();
        if (take(close))
            return true;
        while (true) {
            if (is_object && !name())
                return false;
            space();
            if (!value(depth + 1))
                return false;
            space();
            if (take(close))
                return true;
            if (!take(','))
                return false;
            space();
        }
    }

    bool name()
    {
        ++nodes_;
        if (!rest_.starts_with('"') || !string())
            return false;
        space();
        return take(':');
    }

    bool string()
    {
        const auto all = rest_;
        take('"');
        while (!rest_.starts_with('"')) {
            if (rest_.empty() || static_cast<std::uint8_t>(rest_.front()) < 0x20)
                return false;
            if (take('\\')) {
                if (take('u')) {
                    for (int i = 0; i < 4; ++i)
                        if (rest_.empty() || !std::isxdigit(static_cast<unsigned char>(take_any())))
                            return false;
                    continue;
                }
                if (rest_.empty() || !std::string_view("\"\\/bfnrt").contains(rest_.front()))
                    return false;
            }
            take_any();
        }
        take('"');
        return is_utf8(all.substr(0, all.size() - rest_.size()));
    }

    bool number()
    {
        take('-');
        if (!take('0') && !digits())
            return false;
        if (take('.') && !digits())
            return false;
        if (take('e') || take('E')) {
            if (!take('+'))
                take('-');
            return digits();
        }
        return true;
    }

    bool digits()
    {
        const auto before = rest_.size();
        while (!rest_.empty() && std::isdigit(static_cast<unsigned char>(rest_.front())))
            take_any();
        return rest_.size() < before;
    }

    void space()
    {
        while (!rest_.empty() && std::string_view(" \t\n\r").contains(rest_.front()))
            take_any();
    }

    char take_any()
    {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    bool take(std::string_view word)
    {
        if (!rest_.starts_with(word))
            return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    bool take(char c) { return take(std::string_view(&c, 1)); }

    std::string_view rest_;
    JsonLimits limits_;
    std::size_t nodes_ = 0;
};

void read_string(JsonValue value)
{
    const auto text = value.string();
    fuzz::require(is_utf8(text), "a string is valid UTF-8");
    std::string written;
    append_json_string(written, text);
    fuzz::require(json_check(written) == JsonError::none, "what is written for it is JSON");
    fuzz::require(JsonValue(written).string() == text, "and reads as the same");
}

void read_number(JsonValue value)
{
    const auto expected = std::strtod(std::string(value.text()).c_str(), nullptr);
    fuzz::require(value.number() == expected, "a number is the nearest double");
    if (const auto integer = value.integer())
        fuzz::require(static_cast<double>(*integer) == expected, "and the same as an integer, if it is one");
    else if (std::abs(expected) < 1e15)
        fuzz::require(
            std::trunc(expected) != expected || expected == 0 ||
                value.text().find_first_of(".eE") != std::string_view::npos,
            "digits alone are an integer"
        );
}

/// Everything in `value`; its nodes, names included.
std::size_t walk(JsonValue value)
{
    std::size_t nodes = 1;
    if (value.is_string())
        read_string(value);
    if (value.type() == JsonType::number)
        read_number(value);
    for (auto cursor = value.elements(); const auto element = cursor.next();)
        nodes += walk(*element);
    std::optional<JsonMember> last;
    for (auto cursor = value.members(); const auto member = cursor.next();) {
        read_string(member->name);
        nodes += 1 + walk(member->value);
        last = member;
    }
    if (last)
        fuzz::require(value.find(last->name.string())->text() == last->value.text(), "the last of its name is found");
    return nodes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    fuzz::Choices choices(fuzz::input(bytes, size));
    const JsonLimits limits{.depth = static_cast<int>(choices.pick(32)), .nodes = choices.pick(255)};
    const auto text = choices.rest();
    for (const auto limit : {limits, JsonLimits{}}) {
        Reference reference(text, limit);
        const bool accepted = json_check(text, limit) == JsonError::none;
        fuzz::require(accepted == reference.accepts(), "json_check accepts what the reference accepts");
        if (accepted)
            fuzz::require(walk(JsonValue(text)) == reference.nodes(), "a walk meets every node");
    }
    return 0;
}
