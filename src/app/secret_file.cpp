#include "app/secret_file.hpp"

#include "app/options.hpp"
#include "base/ascii.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace wgw::app {
namespace {

constexpr std::size_t kGreatest = 4'096;

}  // namespace

std::string read_secret_file(std::string_view name, const std::string& path)
{
    const std::string setting(name);
    std::ifstream file(path, std::ios::binary);
    if (!file || std::filesystem::is_directory(path))
        throw OptionError(
            "The file " + path + " of " + setting + " cannot be read: " + std::strerror(file ? EISDIR : errno) +
            ". Correct " + setting + "_FILE, or let user " + std::to_string(::geteuid()) + " read the file."
        );
    std::string text(kGreatest + 2, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.ends_with('\n'))
        text.pop_back();
    if (text.ends_with('\r'))
        text.pop_back();
    if (text.empty())
        throw OptionError("The file " + path + " of " + setting + " is empty. Write the secret into it.");
    if (text.size() > kGreatest)
        throw OptionError(
            "The file " + path + " of " + setting +
            " has over 4096 bytes. Is it the right one? A secret has 32 or more."
        );
    return text;
}

std::optional<std::string> credential_file(std::string_view folder, std::string_view name)
{
    if (folder.empty())
        return {};
    std::string path = std::string(folder) + "/" + lower(name);
    if (!std::filesystem::exists(path))
        return {};
    return path;
}

}  // namespace wgw::app
