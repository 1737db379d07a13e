/// `wegowhere`: the command line. What it starts is in app/.

#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"
#include "app/options.hpp"

#include <cstdio>
#include <exception>

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
        return line.run(argc, argv);
    } catch (const wgw::app::OptionError& error) {
        std::fprintf(stderr, "wegowhere: %s\n", error.what());
        return kConfiguration;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "wegowhere: %s\n", error.what());
        return 1;
    }
}
