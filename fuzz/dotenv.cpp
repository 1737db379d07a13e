// `.env` files: refused with the line that is wrong, or read line by line, and equal after they were written again.

#include "app/dotenv.hpp"

#include "fuzz/fuzz.hpp"

#include <algorithm>
#include <string>

namespace {

using namespace wgw;

std::string written(std::string_view value)
{
    std::string out = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\')
            out += '\\';
        if (c == '\n')
            out += "\\n";
        else if (c == '\r')
            out += "\\r";
        else if (c == '\t')
            out += "\\t";
        else
            out += c;
    }
    return out + '"';
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const auto text = fuzz::input(bytes, size);
    const auto values = app::read_dotenv(text);

    // Each line stands for itself: the first that is wrong alone is the one that is named.
    std::vector<std::pair<std::string, std::string>> alone;
    int number = 1;
    for (std::string_view rest = text;; ++number) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto line = app::read_dotenv(rest.substr(0, end));
        if (!line) {
            fuzz::require(!values && values.error().line == number, "the first line that is wrong is named");
            fuzz::require(values.error().what == line.error().what && !line.error().what.empty(), "and why");
            return 0;
        }
        fuzz::require(line->size() <= 1, "a line has one value at most");
        alone.insert(alone.end(), line->begin(), line->end());
        if (end == rest.size())
            break;
        rest.remove_prefix(end + 1);
        if (rest.starts_with("\xef\xbb\xbf"))
            return 0;  // a mark is one in front of everything only
    }
    fuzz::require(values.has_value() && *values == alone, "the file is what its lines are");

    std::string again;
    for (const auto& [name, value] : *values) {
        fuzz::require(!name.empty() && name.find_first_of(" =\n\r\t\"'#") == std::string::npos, "a name is a name");
        again += name + "=" + written(value) + "\n";
    }
    const auto same = app::read_dotenv(again);
    fuzz::require(same.has_value() && *same == *values, "what is written reads as the same");
    return 0;
}
