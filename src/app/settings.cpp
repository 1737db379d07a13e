#include "app/settings.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace wgw::app {
namespace {

std::map<std::string, std::string> environment()
{
    std::map<std::string, std::string> values;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        const auto equals = text.find('=');
        if (equals != std::string::npos)
            values[text.substr(0, equals)] = text.substr(equals + 1);
    }
    return values;
}

std::string dotenv()
{
    if (!std::filesystem::exists(".env"))
        return {};
    std::ifstream file(".env");
    if (!file || !std::filesystem::is_regular_file(".env"))
        throw OptionError("There is a .env here that cannot be read. Make it readable, or start elsewhere.");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

Options SettingSources::read() const { return read_options(flags_, environment(), dotenv()); }
Settings SettingSources::list() const { return list_settings(flags_, environment(), dotenv()); }

}  // namespace wgw::app
