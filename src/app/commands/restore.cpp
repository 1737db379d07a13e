#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/database_path.hpp"
#include "app/commands/progress.hpp"
#include "app/embedded.hpp"
#include "base/random.hpp"
#include "chat/log_schema_mongo.hpp"
#include "chat/log_store_sqlite.hpp"
#include "store/backup.hpp"
#include "store/data_folder.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace wgw::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExamples = R"(Examples:
  wegowhere restore chat.backup                       into WGW_DATA (./data)
  wegowhere restore chat.backup --data /var/lib/chat
  wegowhere restore chat.backup --replace    what is there is kept beside
  wegowhere restore --epochs-only       after files were copied back by hand,
                                        or the database of a cluster

The server must not run. Clients that come back are told that the past has
changed, and read their rooms anew. Put jwt_secret back beside the database, if
you have it: otherwise a new key is made, and everybody signs in again.)";

constexpr std::array kFiles{"wegowhere.db", "wegowhere.db-wal", "wegowhere.db-shm"};
constexpr const char* kFresh = "wegowhere.db.restoring";

struct Flags {
    std::string file;
    bool replace = false;
    bool epochs_only = false;
    bool quiet = false;
};

/// What an earlier restore has left that was ended from outside.
void clear(const fs::path& folder)
{
    for (const char* end : {"", "-wal", "-shm", ".partial"}) {
        std::error_code ignored;  // copying meets it again, and says so
        fs::remove(folder / (std::string(kFresh) + end), ignored);
    }
}

struct ClearAtEnd {
    explicit ClearAtEnd(fs::path at) : folder(std::move(at)) { clear(folder); }
    ClearAtEnd(const ClearAtEnd&) = delete;
    ClearAtEnd& operator=(const ClearAtEnd&) = delete;
    ~ClearAtEnd() { clear(folder); }

    fs::path folder;
};

/// Any database could be opened: one that is not ours would become an empty chat.
void refuse_others(const std::string& file)
{
    store::Sqlite db(file, store::Sqlite::Mode::read);
    auto rows = db.prepared("SELECT 1 FROM sqlite_schema WHERE name = 'chat_entry'").query();
    if (!rows.step())
        throw std::runtime_error("The file " + file + " is no backup of this program.");
}

/// A database without its log, or a log without its database, is worth nothing: they stay together.
std::string put_aside(const fs::path& folder)
{
    const std::string stamp = to_iso(SystemClock().now());
    const fs::path aside = folder / ("before-restore-" + stamp);
    fs::create_directory(aside);
    fs::permissions(aside, fs::perms::owner_all);
    for (const char* name : kFiles)
        if (fs::exists(folder / name))
            fs::rename(folder / name, aside / name);
    return aside.string();
}

bool has_files(const fs::path& folder)
{
    return std::ranges::any_of(kFiles, [&](const char* name) { return fs::exists(folder / name); });
}

void sync_folder(const fs::path& folder)
{
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    const int error = errno;
    if (descriptor >= 0)
        ::close(descriptor);
    if (!synced)
        throw std::runtime_error("The folder " + folder.string() + " cannot be synced: " + std::strerror(error) + ".");
}

/// Where root restores, whoever owns the folder will open the file.
void give_to_owner(const fs::path& folder, const fs::path& file)
{
    struct stat owner{};
    if (::geteuid() == 0 && ::stat(folder.c_str(), &owner) == 0 &&
        ::chown(file.c_str(), owner.st_uid, owner.st_gid) != 0)
        throw std::runtime_error(
            "The file " + file.string() + " cannot be given to its owner: " + std::strerror(errno) + "."
        );
}

/// The tables of this version, and new epochs. Returns how many rooms there are.
std::int64_t make_ready(const std::string& database)
{
    const SystemClock clock;
    SystemRandom random;
    store::Sqlite db(database, store::Sqlite::Mode::write);
    with_tables(db, clock);
    const auto rooms = chat::renew_epochs(db, random);
    db.checkpoint(true);
    return rooms;
}

/// `1 room`
std::string count_of(std::int64_t rooms) { return std::to_string(rooms) + (rooms == 1 ? " room" : " rooms"); }

/// Before anything is made: whether there is something to restore.
void look_at(const std::string& file)
{
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0 && errno != ENOENT && errno != ENOTDIR)
        throw std::runtime_error(
            "The file " + file + " cannot be looked at: " + std::strerror(errno) +
            ". Run this as root, or as a user who may read it and write the data folder."
        );
    if (!S_ISREG(status.st_mode))
        throw std::runtime_error("There is no file " + file + ". It is what wegowhere backup has made.");
}

std::int64_t renew_in_folder(const std::string& data)
{
    const auto database = need_database(data);
    const store::DataFolder folder(data);
    return make_ready(database);
}

std::int64_t renew_in_cluster(const Options& options)
{
    if (!options.mongo)
        throw OptionError("The rooms of a cluster are in its MongoDB: set DB_URL or DB_HOST, as for the chat service.");
    log::init(log::Level::error, log::Format::text);
    SystemRandom random;
    store::MongoPool pool(*options.mongo, 1);
    return chat::renew_epochs(*pool.client(), random);
}

int renew_epochs(const Options& options)
{
    const auto rooms = options.roles.any() ? renew_in_cluster(options) : renew_in_folder(options.data);
    std::printf(
        "%s a new epoch: clients read %s anew.\n", (count_of(rooms) + (rooms == 1 ? " has" : " have")).c_str(),
        rooms == 1 ? "it" : "them"
    );
    return 0;
}

int restore(const Options& options, const Flags& flags)
{
    if (flags.epochs_only)
        return renew_epochs(options);
    if (options.roles.any())
        throw OptionError(
            "What a cluster keeps is in its MongoDB, and is put back with its own tools: end all roles, mongorestore "
            "--drop, and then wegowhere restore --epochs-only. docs/operations.md, \"Back a cluster up\", has the "
            "commands."
        );
    look_at(flags.file);
    store::DataFolder data(options.data);
    const fs::path folder(data.path());
    if (has_files(folder) && !flags.replace)
        throw std::runtime_error(
            "There is a database in " + data.path() +
            " already. Name an empty folder with --data, or say --replace: what is there is then kept beside it."
        );
    refuse_others(flags.file);
    const ClearAtEnd cleared(folder);
    const std::string fresh = (folder / kFresh).string();
    std::int64_t bytes = 0;
    {
        Progress progress(flags.quiet);
        bytes = store::copy_database(flags.file, fresh, [&](const auto& at) { progress.tell(at.done, at.total); });
    }
    const auto rooms = make_ready(fresh);
    if (fs::exists(fresh + "-wal"))
        throw std::runtime_error("The restored database cannot be closed. Is another program looking into it?");
    give_to_owner(folder, fresh);
    const std::string aside = has_files(folder) ? put_aside(folder) : "";
    fs::rename(fresh, folder / kFiles.front());
    sync_folder(folder);
    data.keep();
    if (!flags.quiet) {
        std::printf(
            "Restored to %s: %s, %s with a new epoch.\n", data.path().c_str(), in_megabytes(bytes).c_str(),
            count_of(rooms).c_str()
        );
        if (!aside.empty())
            std::printf("What was there is in %s\n", aside.c_str());
        if (options.jwt_secret.empty() && !fs::exists(folder / "jwt_secret"))
            std::printf("There is no jwt_secret in it: bring the old one, or everybody signs in again.\n");
    }
    return 0;
}

}  // namespace

void add_restore(CommandLine& line)
{
    auto* command = line.add("restore", "Put a backup in the place of the database.", kExamples);
    auto flags = std::make_shared<Flags>();
    auto* file = command->add_option("file", flags->file, "The backup.");
    line.data_flag(command);
    command->add_flag("--replace", flags->replace, "Also over a database, which is kept beside.");
    auto* only = command->add_flag("--epochs-only", flags->epochs_only, "Restore nothing, renew the epochs.");
    only->excludes(file);
    command->add_flag("--quiet", flags->quiet, "No progress, and nothing but errors.");
    line.on(command, [&line, flags] {
        if (flags->file.empty() && !flags->epochs_only) {
            std::fputs("wegowhere: The file to restore is missing.\nMore: wegowhere restore --help\n", stderr);
            return 2;
        }
        return restore(line.settings().read(), *flags);
    });
}

}  // namespace wgw::app
