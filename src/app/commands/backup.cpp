#include "store/backup.hpp"

#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/database_path.hpp"
#include "app/commands/progress.hpp"
#include "codec/json_text.hpp"
#include "codec/utf8.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <string>

namespace wgw::app {
namespace {

constexpr const char* kExamples = R"(Examples:
  wegowhere backup chat.backup
  wegowhere backup /backups/chat-$(date +%F) --data /var/lib/chat --quiet

While the server runs, and while it does not: the file has everything that was
acknowledged when it began, is checked before it gets its name, and readable by
you only. It has no key that signs tokens: keep jwt_secret or JWT_SECRET too,
elsewhere, or everybody signs in again after a restore. Back with
  wegowhere restore chat.backup)";

struct Flags {
    std::string file;
    bool quiet = false;
    bool json = false;
};

int backup(const Options& options, const Flags& flags)
{
    if (options.roles.any())
        throw OptionError(
            "What a cluster keeps is in its MongoDB, and is backed up with its own tools: mongodump --oplog, or a "
            "snapshot of one moment. docs/operations.md, \"Back a cluster up\", has the commands. Keep JWT_SECRET too."
        );
    const std::string from = need_database(options.data);
    std::int64_t bytes = 0;
    {
        Progress progress(flags.quiet);
        bytes = store::copy_database(from, flags.file, [&](const auto& at) { progress.tell(at.done, at.total); });
    }
    if (flags.json) {
        std::string name;
        append_json_string(name, to_utf8(flags.file));
        std::printf("{\"file\":%s,\"bytes\":%lld}\n", name.c_str(), static_cast<long long>(bytes));
    } else if (!flags.quiet) {
        std::printf("%s: %s, checked.\n", flags.file.c_str(), in_megabytes(bytes).c_str());
    }
    return 0;
}

}  // namespace

void add_backup(CommandLine& line)
{
    auto* command = line.add("backup", "Copy the database to a file.", kExamples);
    auto flags = std::make_shared<Flags>();
    command->add_option("file", flags->file, "The file to make; it must not be there.")->required();
    line.data_flag(command);
    command->add_flag("--quiet", flags->quiet, "No progress, and nothing but errors.");
    command->add_flag("--json", flags->json, "Its name and size as JSON.");
    line.on(command, [&line, flags] { return backup(line.settings().read(), *flags); });
}

}  // namespace wgw::app
