#include "app/secret.hpp"

#include "base/ascii.hpp"
#include "codec/sha256.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <span>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace wgw::app {
namespace {

constexpr const char* kName = "jwt_secret";
constexpr const char* kPreviousName = "jwt_secret.previous";

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

/// Who may not read it must not be told to remove it.
[[noreturn]] void refuse_to_open(const std::filesystem::path& path, int error)
{
    const std::string what = std::string("cannot be opened: ") + std::strerror(error);
    if (error != EACCES && error != EPERM)
        refuse(path, what);
    throw std::runtime_error(path.string() + " " + what + ". Run this as the user of the server, or as root.");
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

/// Nothing: there is no such file.
std::optional<std::string> read_key(const std::filesystem::path& path)
{
    if (const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); file.is_open())
        return read_all(file.get(), path);
    if (errno != ENOENT && errno != ENOTDIR)
        refuse_to_open(path, errno);
    return {};
}

/// After a power cut the whole key is there, or what was there before. A folder that we may write belongs to somebody
/// else only if we are root: the key is then theirs too.
void write_key(const std::filesystem::path& path, const std::string& key)
{
    const auto folder = path.parent_path();
    const auto fresh = folder / "jwt_secret.new";
    const std::string text = key + "\n";
    {
        const File file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        struct stat owner{};
        const bool written = file.is_open() && ::stat(folder.c_str(), &owner) == 0 &&
                             (::geteuid() != 0 || ::fchown(file.get(), owner.st_uid, owner.st_gid) == 0) &&
                             ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                             ::fsync(file.get()) == 0;
        if (!written)
            refuse(fresh, std::string("cannot be written: ") + std::strerror(errno));
    }
    std::filesystem::rename(fresh, path);
    const File directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.is_open() || ::fsync(directory.get()) != 0)
        refuse(path, std::string("cannot be kept safely: ") + std::strerror(errno));
}

}  // namespace

std::optional<Secret> load_secret(const std::filesystem::path& folder)
{
    auto key = read_key(folder / kName);
    if (!key)
        return {};
    return Secret{*std::move(key), false, read_key(folder / kPreviousName).value_or("")};
}

Secret load_or_make_secret(const std::filesystem::path& folder, Random& random)
{
    if (auto kept = load_secret(folder))
        return *std::move(kept);
    Secret secret{make_key(random), true};
    write_key(folder / kName, secret.key);
    return secret;
}

std::string key_mark(std::string_view key)
{
    const auto digest = sha256("the mark of " + std::string(key));
    std::string text;
    append_hex(text, {reinterpret_cast<const char*>(digest.data()), 4});
    return text;
}

std::optional<Timestamp> rotated_at(const std::filesystem::path& folder)
{
    struct stat status{};
    if (::stat((folder / kPreviousName).c_str(), &status) != 0)
        return {};
    return Timestamp{std::int64_t{status.st_mtim.tv_sec} * 1'000 + status.st_mtim.tv_nsec / 1'000'000};
}

void rotate_secret(const std::filesystem::path& folder, Random& random)
{
    const auto kept = load_secret(folder);
    if (!kept)
        throw std::runtime_error(
            "There is no key in " + folder.string() +
            " yet. Name the right folder with --data or WGW_DATA; a server makes its key when it first starts."
        );
    write_key(folder / kPreviousName, kept->key);
    write_key(folder / kName, make_key(random));
}

}  // namespace wgw::app
