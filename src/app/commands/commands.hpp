#pragma once
/// The subcommands, each in a file of its name. An add_…() adds one to the command line, with its options and its help.

namespace wgw::app {

class CommandLine;

void add_serve(CommandLine& line);
void add_config(CommandLine& line);
void add_user(CommandLine& line);
void add_token(CommandLine& line);
void add_secret(CommandLine& line);
void add_backup(CommandLine& line);
void add_restore(CommandLine& line);
void add_doctor(CommandLine& line);
void add_healthcheck(CommandLine& line);
void add_bench(CommandLine& line);
void add_documents(CommandLine& line);
void add_version(CommandLine& line);

}  // namespace wgw::app
