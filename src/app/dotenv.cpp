#include "app/dotenv.hpp"

#include <algorithm>
#include <cctype>

namespace wgw::app {
namespace {

std::string_view trim(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool is_name(std::string_view text)
{
    if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front())) != 0)
        return false;
    return std::ranges::all_of(text, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    });
}

/// What stands behind a closing quote may only be a comment.
bool is_rest(std::string_view text)
{
    text = trim(text);
    return text.empty() || text.front() == '#';
}

std::expected<std::string, std::string> value_of(std::string_view text)
{
    text = trim(text);
    if (text.empty() || text.front() == '#')
        return std::string();
    const char quote = text.front();
    if (quote != '"' && quote != '\'') {
        const auto comment = text.find(" #");
        return std::string(trim(text.substr(0, comment)));
    }
    std::string out;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == quote) {
            if (!is_rest(text.substr(i + 1)))
                return std::unexpected("something stands behind the closing quote");
            return out;
        }
        if (quote == '"' && text[i] == '\\' && i + 1 < text.size()) {
            const char next = text[++i];
            out += next == 'n' ? '\n' : next == 'r' ? '\r' : next == 't' ? '\t' : next;
        } else {
            out += text[i];
        }
    }
    return std::unexpected("the closing quote is missing");
}

}  // namespace

std::expected<std::vector<std::pair<std::string, std::string>>, DotenvError> read_dotenv(std::string_view text)
{
    std::vector<std::pair<std::string, std::string>> values;
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    for (int number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        std::string_view line = trim(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (line.empty() || line.front() == '#')
            continue;
        if (line.starts_with("export "))
            line = trim(line.substr(7));
        const auto equals = line.find('=');
        if (equals == std::string_view::npos || !is_name(trim(line.substr(0, equals))))
            return std::unexpected(DotenvError{number, "expected NAME=value"});
        auto value = value_of(line.substr(equals + 1));
        if (!value)
            return std::unexpected(DotenvError{number, value.error()});
        values.emplace_back(trim(line.substr(0, equals)), *std::move(value));
    }
    return values;
}

}  // namespace wgw::app
