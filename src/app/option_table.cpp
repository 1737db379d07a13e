#include "app/option_table.hpp"

#include "app/limit_table.hpp"

#include <array>
#include <vector>

namespace wgw::app {
namespace {

constexpr std::array kTable{
    OptionRow{"GATEWAY_HOST", "localhost", "Address to listen on: a name or an IP address; 0.0.0.0 for all."},
    OptionRow{"GATEWAY_PORT", "3000", "Port to listen on; 0 for any free one."},
    OptionRow{
              "JWT_SECRET", "", "Key that signs the tokens, at least 32 bytes. Not set: one is made and kept in WGW_DATA.",
              true
    },
    OptionRow{
              "JWT_SECRET_PREVIOUS", "",
              "The key before it, after a change: its tokens stay valid until they expire (30 days).", true
    },
    OptionRow{
              "WGW_JWT_ISS", "",
              "Issuers (iss) whose tokens count besides WeGoWhere, by commas. Not set: those of anybody who has the key."
    },
    OptionRow{
              "WGW_ROLE", "",
              "What this process of a cluster does: gateway, auth, user, chat, or several by commas. Not set: everything."
    },
    OptionRow{"WGW_DATA", "./data", "Folder of the database and the secret."},
    OptionRow{"WGW_ADMIN_HOST", "127.0.0.1", "Address of the admin listener (health for operators)."},
    OptionRow{"WGW_ADMIN_PORT", "9464", "Port of the admin listener; 0 for any free one."},
    OptionRow{
              "WGW_ORIGINS", "", "Web origins that may open a socket beside the server's own, separated by commas; * for any."
    },
    OptionRow{
              "WGW_TRUSTED_PROXIES", "",
              "Proxies whose X-Forwarded-For or Forwarded is believed: addresses and networks as 10.0.0.0/8, by commas. Not "
        "set: "
        "nobody's, and peers on loopback and private networks are not counted by address."
    },
    OptionRow{"WGW_LOG_LEVEL", "info", "debug, info, warn or error."},
    OptionRow{"WGW_LOG_FORMAT", "auto", "text, json, or auto: text on a terminal."},
    OptionRow{"WGW_SHUTDOWN_DELAY", "0", "Seconds between SIGTERM and the end of accepting connections."},
    OptionRow{"WGW_DRAIN", "10", "Seconds over which connections are closed at a shutdown."},
    OptionRow{"WGW_LIMITS", "", "bench: lifts the limits per user, room and address, for load tests."},
    OptionRow{"WGW_INSECURE_DEV", "", "1: accepts a weak JWT_SECRET, on loopback only."},
    OptionRow{
              "RMQ_URL", "",
              "RabbitMQ, as amqp://user:password@host:5672/vhost: services call each other over it. Wins over RMQ_HOST.", true
    },
    OptionRow{"RMQ_HOST", "", "RabbitMQ by its parts: its host. Not set, nor RMQ_URL: one process does everything."},
    OptionRow{"RMQ_PORT", "5672", "Its port."},
    OptionRow{"RMQ_USER", "wegowhere", "Who signs in there."},
    OptionRow{"RMQ_PASS", "", "Their password; not set: wegowhere.", true},
    OptionRow{
              "DB_URL", "",
              "MongoDB, as mongodb://user:password@host:27017/database: where a cluster stores. Wins over DB_HOST.", true
    },
    OptionRow{"DB_HOST", "", "MongoDB by its parts: its host. Not set, nor DB_URL: a file in WGW_DATA."},
    OptionRow{"DB_PORT", "27017", "Its port."},
    OptionRow{"DB_USER", "", "Who signs in there; not set: nobody, as a server without access control has it."},
    OptionRow{"DB_PASS", "", "Their password.", true},
    OptionRow{"DB_NAME", "wegowhere", "The database, where DB_URL names none."},
    OptionRow{
              "REDIS_URL", "",
              "Redis, as redis://user:password@host:6379/0: gateways hear of each other's messages at once. Wins over "
        "REDIS_HOST.", true
    },
    OptionRow{"REDIS_HOST", "", "Redis by its parts: its host. Not set, nor REDIS_URL: they hear within two seconds."},
    OptionRow{"REDIS_PORT", "6379", "Its port."},
    OptionRow{"REDIS_PASS", "", "Its password; not set: none is asked for.", true},
};

}  // namespace

std::span<const OptionRow> option_table()
{
    static const std::vector<OptionRow> rows = [] {
        static std::vector<std::string> defaults;  // that the rows look into
        defaults.reserve(limit_table().size());
        std::vector<OptionRow> all(kTable.begin(), kTable.end());
        for (const auto& row : limit_table())
            all.push_back({row.name, defaults.emplace_back(default_text(row)), row.sentence});
        return all;
    }();
    return rows;
}

std::string env_template()
{
    std::string out = "# Every setting of wegowhere, with its default. Copy to .env and change what you need.\n"
                      "# Written from the option table (src/app/option_table.cpp): wegowhere config env\n";
    for (const auto& row : option_table()) {
        out += "\n# ";
        out += row.sentence;
        out += "\n# ";
        out += row.name;
        out += '=';
        out += row.fallback;
        out += '\n';
        if (row.is_secret)
            out += "# " + std::string(row.name) + "_FILE=   (instead: the path of a file that has it)\n";
    }
    return out;
}

}  // namespace wgw::app
