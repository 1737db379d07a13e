/// `wegowhere`: the command line. What it starts is in app/.

#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"
#include "app/options.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>

namespace {

/// What is printed may be all that a command is for: `wegowhere config env > .env` on a full disk has failed.
int unless_lost(int code)
{
    errno = 0;
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0)
        return code;
    const char* why = errno != 0 ? std::strerror(errno) : "is the disk full?";
    std::fprintf(stderr, "wegowhere: What was to be printed could not be written: %s\n", why);
    return code != 0 ? code : 1;
}

}  // namespace

int main(int argc, char** argv)
{
    constexpr int kConfiguration = 78;
    try {
        wgw::app::CommandLine line;
        add_serve(line);
        add_config(line);
        add_user(line);
        add_token(line);
        add_secret(line);
        add_backup(line);
        add_restore(line);
        add_doctor(line);
        add_healthcheck(line);
        add_bench(line);
        add_documents(line);
        add_version(line);
        return unless_lost(line.run(argc, argv));
    } catch (const wgw::app::OptionError& error) {
        for (const auto& sentence : error.sentences)
            std::fprintf(stderr, "wegowhere: %s\n", sentence.c_str());
        return kConfiguration;
    } catch (const std::filesystem::filesystem_error& error) {
        // What a command has not foreseen: mostly a folder of somebody else.
        std::fprintf(
            stderr, "wegowhere: %s: %s. Run this as the user of the server, or as root; or name another path.\n",
            error.path1().c_str(), error.code().message().c_str()
        );
        return 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "wegowhere: %s\n", error.what());
        return 1;
    }
}
