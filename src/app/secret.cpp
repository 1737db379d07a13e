#include "app/secret.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <span>
#include <stdexcept>
#include <unistd.h>

namespace wgw::app {
namespace {

class File {
public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File()
    {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }
    bool is_open() const { return descriptor_ >= 0; }
    int get() const { return descriptor_; }

private:
    int descriptor_;
};

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what)
{
    throw std::runtime_error(
        path.string() + " " + what +
        ". Restore it from a backup, or remove it to have a new key made: everybody then has "
        "to sign in again. Or set JWT_SECRET."
    );
}

std::string read_all(int descriptor, const std::filesystem::path& path)
{
    std::array<char, 256> buffer{};
    const auto got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0)
        refuse(path, std::string("cannot be read: ") + std::strerror(errno));
    std::string text(buffer.data(), static_cast<std::size_t>(got));
    while (text.ends_with('\n'))
        text.pop_back();
    const bool fits = text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!fits)
        refuse(path, "is damaged");
    return text;
}

std::string make_key(Random& random)
{
    std::array<std::byte, 32> bytes{};
    random.fill(bytes);
    std::string text;
    append_hex(text, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return text;
}

}  // namespace

Secret load_or_make_secret(const std::filesystem::path& folder, Random& random)
{
    const auto path = folder / "jwt_secret";
    if (const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); file.is_open())
        return {read_all(file.get(), path), false};
    if (errno != ENOENT)
        refuse(path, std::string("cannot be opened: ") + std::strerror(errno));

    const Secret secret{make_key(random), true};
    const auto fresh = folder / "jwt_secret.new";
    const std::string text = secret.key + "\n";
    {
        const File file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        const bool written = file.is_open() &&
                             ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                             ::fsync(file.get()) == 0;
        if (!written)
            refuse(fresh, std::string("cannot be written: ") + std::strerror(errno));
    }
    std::filesystem::rename(fresh, path);
    const File directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.is_open() || ::fsync(directory.get()) != 0)
        refuse(path, std::string("cannot be kept safely: ") + std::strerror(errno));
    return secret;
}

}  // namespace wgw::app
