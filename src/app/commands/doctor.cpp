#include "app/addresses.hpp"
#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/control_client.hpp"
#include "app/commands/database_path.hpp"
#include "app/commands/findings.hpp"
#include "app/commands/http_exchange.hpp"
#include "app/commands/look_at_servers.hpp"
#include "app/control.hpp"
#include "app/secret.hpp"
#include "app/weak_secret.hpp"
#include "codec/json_text.hpp"
#include "codec/utf8.hpp"
#include "net/listen.hpp"
#include "store/disk_reserve.hpp"
#include "store/sqlite.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <vector>

namespace wgw::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExamples = R"(Examples:
  wegowhere doctor                        as the user that the server runs as
  wegowhere doctor --data /var/lib/chat
  wegowhere doctor --json
  WGW_ROLE=chat wegowhere doctor          in a cluster: its servers, too

It looks and changes nothing, while the server runs or before. Exit code 1:
something has to be mended. A setting that is wrong: wegowhere config check)";

constexpr int kSyncs = 15;
constexpr int kSeconds = 3;  // for an answer of a process that runs

class Doctor {
public:
    explicit Doctor(const Options& options) : options_(options), is_served_(is_there()) {}

    std::vector<Finding> look()
    {
        look_at_settings();
        if (options_.roles.any()) {
            std::ranges::move(look_at_servers(options_), std::back_inserter(findings_));
        } else {
            look_at_folder();
            look_at_disk();
        }
        look_at_machine();
        look_at_ports();
        return std::move(findings_);
    }

private:
    std::string socket_path() const { return options_.data + "/" + std::string(kControlSocket); }

    /// Whether a server runs already: the one that has the data folder, or the process with that admin listener.
    bool is_there() const
    {
        if (!options_.roles.any())
            return static_cast<bool>(net::connect_at(socket_path()));
        const auto connection = connect_to(options_.admin_host, options_.admin_port, kSeconds);
        return connection && exchange(connection, "GET", "/livez", {}, kSeconds).has_value();
    }

    void add(Finding finding) { findings_.push_back(std::move(finding)); }

    void look_at_settings()
    {
        std::string unread;
        for (const auto& warning : options_.warnings)
            unread += (unread.empty() ? "" : " ") + warning;
        add(
            {unread.empty() ? Grade::ok : Grade::warn, "settings", unread.empty() ? "right" : unread,
             unread.empty() ? "" : "See what is in force: wegowhere config print --origin"}
        );
        add(judge_password_min(options_.limits.password_min));
        look_at_secret();
    }

    void look_at_secret()
    {
        const fs::path made = fs::path(options_.data) / "jwt_secret";
        std::error_code unreadable;
        if (!weakness_of("JWT_SECRET", options_.jwt_secret).empty())
            add(
                {Grade::fail, "secret", "weak, with WGW_INSECURE_DEV=1",
                 "Set JWT_SECRET to the output of: openssl rand -hex 32"}
            );
        else if (!options_.jwt_secret.empty())
            add({Grade::ok, "secret", "JWT_SECRET, " + std::to_string(options_.jwt_secret.size()) + " bytes", ""});
        else if (fs::exists(made, unreadable))
            look_at_made_secret(made);
        else if (!is_served_ && !unreadable)
            add({Grade::ok, "secret", "none is set here: a server makes one when it first starts", ""});
        if (is_served_ && !options_.roles.any())
            look_at_running_key();
        look_at_secret_files();
    }

    /// Those that the operator has made.
    void look_at_secret_files()
    {
        constexpr std::string_view kFile = "file ";
        for (const auto& setting : options_.settings) {
            if (!setting.is_secret || !setting.origin.starts_with(kFile))
                continue;
            const std::string path = setting.origin.substr(kFile.size());
            struct stat status{};
            if (::stat(path.c_str(), &status) == 0)
                add(judge_secret_file(setting.name, path, status.st_mode & 0777U));
        }
    }

    void look_at_made_secret(const fs::path& file)
    {
        try {
            load_secret(options_.data);
            look_at_mode("secret", file, 0600);
        } catch (const std::runtime_error& error) {
            // "./data/jwt_secret is damaged. Restore it …": what was found, and what to do.
            const std::string text = error.what();
            const auto end = std::min(text.find(". "), text.size());
            const std::string advice = end < text.size() ? text.substr(end + 2) : "Run this as the server's user.";
            add({Grade::fail, "secret", text.substr(0, end), advice});
        }
    }

    /// The server has read its key at its start.
    void look_at_running_key()
    {
        const auto state = ask_running(options_, "server.state");
        const auto mark = state ? JsonValue(*state).find("key") : std::nullopt;
        if (mark && mark->is_string())
            add(judge_running_key(compare_keys(options_, mark->string())));
    }

    void look_at_mode(std::string_view what, const fs::path& path, unsigned wanted)
    {
        struct stat status{};
        if (::stat(path.c_str(), &status) == 0)
            add(judge_mode(what, path.string(), status.st_mode & 0777U, wanted));
    }

    void look_at_folder()
    {
        if (::access(options_.data.c_str(), R_OK | W_OK | X_OK) != 0) {
            if (errno == ENOENT)
                add({Grade::ok, "data folder", options_.data + " is made when the server first starts", ""});
            else
                add(
                    {Grade::fail, "data folder", options_.data + " cannot be used: " + std::strerror(errno),
                     "Run this as the server's user, or set WGW_DATA to a folder that this user may write."}
                );
            return;
        }
        if (!fs::is_directory(options_.data)) {
            add(
                {Grade::fail, "data folder", options_.data + " is a file",
                 "Set WGW_DATA, or --data, to the path of a folder."}
            );
            return;
        }
        look_at_mode("data folder", options_.data, 0700);
        for (const char* name : {"wegowhere.db", "wegowhere.db-wal", "wegowhere.db-shm"})
            if (fs::exists(fs::path(options_.data) / name))
                look_at_mode("database", fs::path(options_.data) / name, 0600);
        if (!is_served_)
            look_into_database();
    }

    /// A server that runs has opened it.
    void look_into_database()
    {
        const std::string path = database_path(options_.data);
        try {
            if (!has_database(options_.data))
                return;
            if (const auto why = store::why_not_opened(path); !why.empty())
                add(
                    {Grade::fail, "database", why,
                     "Restore a backup: wegowhere restore FILE --replace. Or move the folder away to begin anew."}
                );
            else
                add({Grade::ok, "database", "opens", ""});
        } catch (const std::runtime_error& error) {  // it may not be read
            add({Grade::fail, "database", path + " cannot be read", error.what()});
        }
    }

    /// The folder, or what is there of the way to it.
    std::string existing() const
    {
        fs::path path = fs::absolute(options_.data);
        std::error_code unreadable;
        while (!fs::exists(path, unreadable) && path.has_relative_path())
            path = path.parent_path();
        return path.string();
    }

    void look_at_disk()
    {
        const std::string path = existing();
        const auto space = store::disk_space(path);
        add(judge_disk_space(space.free, space.total));
        struct statfs info{};
        if (::statfs(path.c_str(), &info) == 0)
            add(judge_file_system(static_cast<std::int64_t>(static_cast<std::uint32_t>(info.f_type))));
        if (const auto time = sync_time(path))
            add(judge_sync_time(*time));
        else
            add(
                {Grade::warn, "disk speed", "cannot be tried in " + path + ": " + std::strerror(errno),
                 "Run this as the server's user."}
            );
    }

    /// The median, in milliseconds; nothing where no file can be made. It has no name, and is gone whatever happens.
    static std::optional<double> sync_time(const std::string& folder)
    {
        const net::Fd file(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
        if (!file)
            return {};
        const std::string page(4'096, 'x');
        std::array<double, kSyncs> times{};
        for (double& time : times) {
            const auto began = std::chrono::steady_clock::now();
            if (::write(file.get(), page.data(), page.size()) < 0 || ::fdatasync(file.get()) != 0)
                return {};
            time = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
        }
        std::ranges::sort(times);
        return times[kSyncs / 2];
    }

    void look_at_machine()
    {
        rlimit files{};
        if (::getrlimit(RLIMIT_NOFILE, &files) == 0)
            add(judge_open_files(files.rlim_cur));
        timex asked{};
        const int state = ::adjtimex(&asked);
        add(judge_clock(std::time(nullptr), state < 0 ? std::nullopt : std::optional((asked.status & STA_UNSYNC) == 0))
        );
        add(judge_backlog("net.core.somaxconn", kernel_number("/proc/sys/net/core/somaxconn")));
        add(judge_backlog("net.ipv4.tcp_max_syn_backlog", kernel_number("/proc/sys/net/ipv4/tcp_max_syn_backlog")));
    }

    static std::optional<std::int64_t> kernel_number(const char* path)
    {
        std::int64_t value = 0;
        if (std::ifstream file(path); file >> value)
            return value;
        return {};
    }

    void look_at_ports()
    {
        if (is_served_) {
            const std::string what = options_.roles.any()
                                         ? "answers at " + place_of(options_.admin_host, options_.admin_port)
                                         : "has " + options_.data;
            add({Grade::ok, "server", "runs, and " + what, ""});
            return;
        }
        if (!options_.roles.any() || options_.roles.gateway)
            look_at_port("port", options_.host, options_.port, "GATEWAY_PORT, or --port");
        look_at_port("admin port", options_.admin_host, options_.admin_port, "WGW_ADMIN_PORT");
    }

    void look_at_port(const char* what, const std::string& host, std::uint16_t port, const char* setting)
    {
        try {
            net::listen_on(host, port, setting);
            add({Grade::ok, what, place_of(host, port) + " is free", ""});
        } catch (const std::runtime_error& error) {
            add({Grade::fail, what, place_of(host, port) + " cannot be used", error.what()});
        }
    }

    const Options& options_;
    bool is_served_;
    std::vector<Finding> findings_;
};

const char* word(Grade grade) { return grade == Grade::ok ? "ok" : grade == Grade::warn ? "warn" : "fail"; }

std::string json_of(const Finding& finding)
{
    std::string out = R"({"grade":")" + std::string(word(finding.grade)) + '"';
    const std::pair<const char*, const std::string&> members[] = {
        {"what",   finding.what  },
        {"found",  finding.found },
        {"advice", finding.advice}
    };
    for (const auto& [name, value] : members) {
        out += ",\"" + std::string(name) + "\":";
        append_json_string(out, to_utf8(value));
    }
    return out + '}';
}

bool is_set(const char* name)
{
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

/// `wish`: auto, always or never. Source  no-color.org, bixense.com/clicolors
bool has_colour(const std::string& wish)
{
    if (wish != "auto")
        return wish == "always";
    if (is_set("NO_COLOR"))
        return false;
    if (is_set("CLICOLOR_FORCE") && std::strcmp(std::getenv("CLICOLOR_FORCE"), "0") != 0)
        return true;
    return ::isatty(STDOUT_FILENO) != 0 && is_set("TERM") && std::strcmp(std::getenv("TERM"), "dumb") != 0;
}

void print(const Finding& finding, bool colour)
{
    const char* start = !colour                        ? ""
                        : finding.grade == Grade::ok   ? "\033[32m"
                        : finding.grade == Grade::warn ? "\033[33m"
                                                       : "\033[31m";
    std::printf(
        "%s%-4s%s  %s: %s\n", start, word(finding.grade), colour ? "\033[0m" : "", finding.what.c_str(),
        finding.found.c_str()
    );
    if (!finding.advice.empty())
        std::printf("      %s\n", finding.advice.c_str());
}

struct Flags {
    bool json = false;
    std::string color = "auto";
};

int doctor(const Options& options, const Flags& flags)
{
    const auto findings = Doctor(options).look();
    const bool colour = has_colour(flags.color);
    bool failed = false;
    for (const auto& finding : findings) {
        failed = failed || finding.grade == Grade::fail;
        if (flags.json)
            std::printf("%s\n", json_of(finding).c_str());
        else
            print(finding, colour);
    }
    return failed ? 1 : 0;
}

}  // namespace

void add_doctor(CommandLine& line)
{
    auto* command = line.add("doctor", "Look whether this machine is fit for it.", kExamples);
    auto flags = std::make_shared<Flags>();
    line.data_flag(command);
    line.flag(command, "--host", "GATEWAY_HOST", "Address the server listens on (localhost).");
    line.flag(command, "--port", "GATEWAY_PORT", "Port the server listens on (3000).");
    command->add_flag("--json", flags->json, "One JSON object per line.");
    command->add_option("--color", flags->color, "auto, always or never (auto).")
        ->check(CLI::IsMember({"auto", "always", "never"}));
    line.on(command, [&line, flags] { return doctor(line.settings().read(), *flags); });
}

}  // namespace wgw::app
