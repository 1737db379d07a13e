#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"
#include "loadgen/generator.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace wgw::app {
namespace {

constexpr const char* kExamples = R"(Scenarios, which set --rooms, --members, --senders and --window:
  fanout   1 room of 100, one sends, 4 messages in flight
  rooms    50 rooms of 10, all send, 1 message in flight each
  ack      64 rooms of 1, 1 message in flight each: how long until the ack
  idle     1 room of 1,000, nobody sends: memory and CPU per connection

Examples:
  wegowhere bench fanout --token-file tokens --members 1001 --pid 4711
  wegowhere bench rooms --token-file tokens --rooms 500 --rate 0.6
  wegowhere bench idle --token-file tokens --members 10000 --duration 30
  wegowhere bench fanout --event send --receive recv     any Socket.IO server

The token file has a line `<token> <room id>` per client, members of one room
behind each other. In the source tree it is made with users, rooms and all, as
is a data folder for the server that knows them (which has no JWT_SECRET set):
  ./dev seed data tokens 50 10                50 rooms of 10
  wegowhere serve --data data                 and in another terminal:
  wegowhere bench rooms --token-file tokens
A larger file does; one with fewer rooms, or smaller ones, is refused.

Without --event messages go through chat.message.send and each is acknowledged.
With --event the server has to send its one argument to everybody in the room,
as --receive; a client says its room in CONNECT, as --auth, by default
{"room":"{room}"}.

Exit code 1: something was lost, doubled, reordered, refused or cut.)";

struct Scenario {
    std::uint32_t rooms;
    std::uint32_t members;
    std::uint32_t senders;
    std::uint32_t window;
};

const std::map<std::string, Scenario> kScenarios{
    {"fanout", {1, 100, 1, 4}  },
    {"rooms",  {50, 10, 10, 1} },
    {"ack",    {64, 1, 1, 1}   },
    {"idle",   {1, 1'000, 0, 1}},
};

struct Flags {
    std::string scenario;
    std::string token_file;
    std::optional<std::uint32_t> rooms, members, senders, window;
    bool json = false;
    loadgen::Load load;
};

std::vector<loadgen::Seat> seats_of(const Flags& flags)
{
    const auto& load = flags.load;
    std::ifstream lines(flags.token_file);
    try {
        return loadgen::read_seats(lines, load.rooms, load.members);
    } catch (const loadgen::TooFewSeats& few) {
        const auto size = std::to_string(load.rooms) + ' ' + std::to_string(load.members);
        throw std::runtime_error(
            flags.token_file + ": " + few.what() + " Ask for less with --rooms and --members, or make another:\n" +
            "  ./dev seed NEW_FOLDER NEW_FILE " + size + "     and start the server with --data NEW_FOLDER"
        );
    }
}

int bench(Flags& flags)
{
    auto& load = flags.load;
    const auto& scenario = kScenarios.at(flags.scenario);
    load.rooms = flags.rooms.value_or(scenario.rooms);
    load.members = flags.members.value_or(scenario.members);
    const auto senders = scenario.senders == scenario.members ? load.members : scenario.senders;
    load.senders = std::min(flags.senders.value_or(senders), load.members);
    load.window = flags.window.value_or(scenario.window);
    if (load.is_chat() && flags.token_file.empty()) {
        std::fprintf(
            stderr,
            "Chat needs users: give --token-file, or for another server --event and --receive. To make one:\n"
            "  ./dev seed NEW_FOLDER NEW_FILE %u %u     and start the server with --data NEW_FOLDER\n",
            load.rooms, load.members
        );
        return 2;
    }
    if (!flags.token_file.empty())
        load.seats = seats_of(flags);
    const auto report = loadgen::run(load);
    std::printf("%s", (flags.json ? to_json(load, report) + '\n' : to_text(load, report)).c_str());
    return report.good() ? 0 : 1;
}

}  // namespace

void add_bench(CommandLine& line)
{
    auto* command = line.add("bench", "Load a running server and check what arrives.", kExamples);
    auto flags = std::make_shared<Flags>();
    auto& load = flags->load;
    command->add_option("scenario", flags->scenario, "fanout, rooms, ack or idle.")
        ->required()
        ->check(CLI::IsMember({"fanout", "rooms", "ack", "idle"}));
    command->add_option("--url", load.url, "The server (http://127.0.0.1:3000).");
    command->add_option("--path", load.path, "Of Socket.IO (/socket.io/).");
    command->add_flag("--anywhere", load.anywhere, "Also a server that is not on this machine.");
    command->add_option("--token-file", flags->token_file, "Who the clients are.")->check(CLI::ExistingFile);
    command->add_option("--auth", load.auth, "For CONNECT: JSON with {token}, {room}, {client}.");
    auto* event = command->add_option("--event", load.event, "Send this event instead of chat messages …");
    auto* receive = command->add_option("--receive", load.receive, "… and expect it back as this one.");
    receive->needs(event);
    event->needs(receive);
    command->add_option("--rooms", flags->rooms, "Number of rooms.")->check(CLI::Range(1, 100'000));
    command->add_option("--members", flags->members, "Of each room.")->check(CLI::Range(1, 100'000));
    command->add_option("--senders", flags->senders, "Of each room.")->check(CLI::Range(0, 100'000));
    auto* window = command->add_option("--window", flags->window, "Messages in flight of each sender.");
    window->check(CLI::Range(1, 64));
    command->add_option("--rate", load.rate, "Or: messages per second of each sender.")
        ->check(CLI::PositiveNumber)
        ->excludes(window);
    command->add_option("--payload", load.payload, "Bytes of a message (120).")->check(CLI::Range(44, 16'000));
    command->add_option("--warmup", load.warmup_s, "Seconds (1).")->check(CLI::NonNegativeNumber);
    command->add_option("--duration", load.duration_s, "Seconds (5).")->check(CLI::PositiveNumber);
    command->add_option("--drain", load.drain_s, "Seconds, at most (5).")->check(CLI::NonNegativeNumber);
    command->add_option("--connecting", load.connecting, "Connections at once (256).")->check(CLI::Range(1, 10'000));
    command->add_option("--pid", load.pid, "Of the server: its CPU and memory.")->check(CLI::PositiveNumber);
    command->add_flag("--json", flags->json, "One line of JSON.");
    line.on(command, [flags] { return bench(*flags); });
}

}  // namespace wgw::app
