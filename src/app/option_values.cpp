#include "app/option_values.hpp"

#include "app/dotenv.hpp"
#include "app/option_table.hpp"
#include "app/secret_file.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace wgw::app {
namespace {

std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view dotenv)
{
    auto pairs = read_dotenv(dotenv);
    if (!pairs)
        throw OptionError(
            "Line " + std::to_string(pairs.error().line) + " of .env cannot be read: " + pairs.error().what + "."
        );
    return *std::move(pairs);
}

}  // namespace

OptionValues::OptionValues(
    const std::map<std::string, std::string>& flags, const std::map<std::string, std::string>& environment,
    std::string_view dotenv
)
{
    for (const auto& [name, value] : pairs_of(dotenv))
        set(name, value, std::string(kDotenv));
    for (const auto& [name, value] : environment)
        set(name, value, "environment");
    for (const auto& [name, value] : flags)
        set(name, value, "flag");
    const auto credentials = environment.find("CREDENTIALS_DIRECTORY");
    for (const auto& row : option_table())
        if (row.is_secret)
            wrong_.gather([&] { take_from_file(row.name, credentials == environment.end() ? "" : credentials->second); }
            );
}

std::optional<std::string> OptionValues::given(const std::string& name) const
{
    const auto found = values_.find(name);
    if (found == values_.end())
        return {};
    return found->second;
}

std::string OptionValues::text(std::string_view name) const
{
    if (auto value = given(std::string(name)))
        return *std::move(value);
    for (const auto& row : option_table())
        if (row.name == name)
            return std::string(row.fallback);
    throw std::logic_error("no row for " + std::string(name));
}

std::int64_t OptionValues::number(std::string_view name, std::int64_t least, std::int64_t greatest) const
{
    const std::string value = text(name);
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out);
    if (error != std::errc() || end != value.data() + value.size() || out < least || out > greatest)
        throw OptionError(
            std::string(name) + " is \"" + value + "\"; set it to a whole number from " + std::to_string(least) +
            " to " + std::to_string(greatest) + "."
        );
    return out;
}

std::string OptionValues::origin(std::string_view name) const
{
    const auto found = origins_.find(std::string(name));
    return given(std::string(name)) && found != origins_.end() ? found->second : "default";
}

void OptionValues::set(const std::string& name, const std::string& value, std::string origin)
{
    if (value.empty())
        values_.erase(name);
    else
        values_[name] = value;
    origins_[name] = std::move(origin);
}

/// Two places that both say what the secret is may disagree: which one is believed would be a guess.
void OptionValues::take_from_file(std::string_view row, std::string_view credentials)
{
    const std::string name(row);
    const auto file = given(name + "_FILE");
    const auto credential = credential_file(credentials, row);
    if (given(name) && (file || credential))
        throw OptionError(
            name + " and " + (file ? name + "_FILE" : "the credential " + *credential) +
            " are both set. Unset one of them."
        );
    if (file && credential)
        throw OptionError(name + "_FILE and the credential " + *credential + " are both set. Unset one of them.");
    if (!file && !credential)
        return;
    const std::string path = file ? *file : *credential;
    set(name, read_secret_file(name, path), "file " + path);
}

std::vector<std::string> split(std::string_view list)
{
    std::vector<std::string> out;
    while (!list.empty()) {
        const auto comma = list.find(',');
        std::string_view part = list.substr(0, comma);
        part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
        part = part.substr(0, part.find_last_not_of(' ') + 1);
        if (!part.empty())
            out.emplace_back(part);
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
    return out;
}

}  // namespace wgw::app
