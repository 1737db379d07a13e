#include "app/options.hpp"

#include "app/dotenv.hpp"
#include "app/limit_table.hpp"
#include "app/secret_file.hpp"
#include "app/spelling.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

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
              "WGW_ROLE", "", "gateway, auth, user or chat come with a later version and are refused. Not set: everything."
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
};

/// Whoever sets one of these wants other servers to be used: it would be wrong to start as if they were.
constexpr std::array<std::string_view, 6> kClusterSettings{"DB_URL",   "DB_HOST",   "RMQ_URL",
                                                           "RMQ_HOST", "REDIS_URL", "REDIS_HOST"};

/// Of what a server of the original reads and this one does not. Others set such names too, as Kubernetes does.
constexpr std::array<std::string_view, 3> kClusterPrefixes{"DB_", "RMQ_", "REDIS_"};

/// Of what this program reads.
constexpr std::array<std::string_view, 3> kPrefixes{"WGW_", "GATEWAY_", "JWT_"};

bool starts_with_any(std::string_view name, std::span<const std::string_view> prefixes)
{
    return std::ranges::any_of(prefixes, [name](std::string_view prefix) { return name.starts_with(prefix); });
}

constexpr std::string_view kDotenv = ".env";  // as an origin

constexpr std::array<std::string_view, 4> kRoles{"gateway", "auth", "user", "chat"};

constexpr std::array<std::string_view, 6> kKnownSecrets{"wegowhere", "secret",     "changeme",
                                                        "password",  "jwt_secret", "jwtsecret"};

/// What is wrong is told all at once: whoever mends one value should not meet the next at the next start.
class Wrong {
public:
    template <class Read>
    void gather(Read read)
    {
        try {
            read();
        } catch (const OptionError& error) {
            sentences_.insert(sentences_.end(), error.sentences.begin(), error.sentences.end());
        }
    }

    void throw_if_any() const
    {
        if (!sentences_.empty())
            throw OptionError(sentences_);
    }

    const std::vector<std::string>& sentences() const { return sentences_; }

private:
    std::vector<std::string> sentences_;
};

class Values {
public:
    Values(
        const std::map<std::string, std::string>& flags, const std::map<std::string, std::string>& environment,
        const std::vector<std::pair<std::string, std::string>>& dotenv
    )
    {
        for (const auto& [name, value] : dotenv)
            set(name, value, std::string(kDotenv));
        for (const auto& [name, value] : environment)
            set(name, value, "environment");
        for (const auto& [name, value] : flags)
            set(name, value, "flag");
        const auto credentials = environment.find("CREDENTIALS_DIRECTORY");
        for (const auto& row : option_table())
            if (row.is_secret)
                wrong_.gather([&] {
                    take_from_file(row.name, credentials == environment.end() ? "" : credentials->second);
                });
    }

    /// What was wrong with the places that secrets come from.
    const Wrong& wrong() const { return wrong_; }

    std::optional<std::string> given(const std::string& name) const
    {
        const auto found = values_.find(name);
        if (found == values_.end())
            return {};
        return found->second;
    }

    /// The value, else what stands in the table.
    std::string text(std::string_view name) const
    {
        if (auto value = given(std::string(name)))
            return *std::move(value);
        for (const auto& row : option_table())
            if (row.name == name)
                return std::string(row.fallback);
        throw std::logic_error("no row for " + std::string(name));
    }

    std::int64_t number(std::string_view name, std::int64_t least, std::int64_t greatest) const
    {
        const std::string value = text(name);
        std::int64_t out = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out);
        if (error != std::errc() || end != value.data() + value.size() || out < least || out > greatest)
            throw OptionError(
                std::string(name) + " is \"" + value + "\"; set it to a whole number from " + std::to_string(least) +
                " to " + std::to_string(greatest) + "."
            );
        return out;
    }

    const std::map<std::string, std::string>& all() const { return values_; }

    std::string origin(std::string_view name) const
    {
        const auto found = origins_.find(std::string(name));
        return given(std::string(name)) && found != origins_.end() ? found->second : "default";
    }

private:
    void set(const std::string& name, const std::string& value, std::string origin)
    {
        if (value.empty())
            values_.erase(name);
        else
            values_[name] = value;
        origins_[name] = std::move(origin);
    }

    /// Two places that both say what the secret is may disagree: which one is believed would be a guess.
    void take_from_file(std::string_view row, std::string_view credentials)
    {
        const std::string name(row);
        const auto file = given(name + "_FILE");
        const auto credential = credential_file(credentials, row);
        if (given(name) && (file || credential))
            throw OptionError(
                name + " and " + (file ? name + "_FILE" : "the credential " + *credential) +
                " are both set. Unset one of them."
            );
        if (file && credential)
            throw OptionError(name + "_FILE and the credential " + *credential + " are both set. Unset one of them.");
        if (!file && !credential)
            return;
        const std::string path = file ? *file : *credential;
        set(name, read_secret_file(name, path), "file " + path);
    }

    std::map<std::string, std::string> values_;
    std::map<std::string, std::string> origins_;
    Wrong wrong_;
};

/// What may be set: the table, and the files of its secrets.
std::vector<std::string> known_names()
{
    std::vector<std::string> names;
    for (const auto& row : option_table()) {
        names.emplace_back(row.name);
        if (row.is_secret)
            names.push_back(std::string(row.name) + "_FILE");
    }
    return names;
}

/// What stands behind the prefix of a name of ours: PORT of GATEWAY_PORT.
std::string_view behind_prefix(std::string_view name)
{
    for (const auto prefix : kPrefixes)
        if (name.starts_with(prefix))
            return name.substr(prefix.size());
    return {};
}

/// How far a mistyped name is from one of ours: a wrong prefix is one mistake, however it is spelled.
std::size_t mistakes(std::string_view name, std::string_view right)
{
    const auto end = behind_prefix(name);
    const auto right_end = behind_prefix(right);
    const bool same_prefix =
        name.substr(0, name.size() - end.size()) == right.substr(0, right.size() - right_end.size());
    return distance(end, right_end) + (same_prefix ? 0 : 1);
}

std::string upper(std::string_view text)
{
    std::string out(text);
    for (char& c : out)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
}

/// Which of ours somebody may have meant who wrote `name` into .env, where most of what stands is for us; nothing:
/// none.
std::optional<std::string> near_one(std::string_view name, const std::vector<std::string>& known)
{
    const auto given = upper(name);
    for (const auto& right : known)
        if (given == behind_prefix(right))
            return right;
    const auto away = [&given](const std::string& right) { return distance(given, right); };
    const auto nearest = std::ranges::min_element(known, {}, away);
    return away(*nearest) <= nearest->size() / 4 ? std::optional(*nearest) : std::nullopt;
}

std::string unknown(const std::string& name, const std::string& meant)
{
    return name + " is not a setting of this program. Did you mean " + meant + "?";
}

std::vector<std::string> warn_of_unknown(const Values& values)
{
    const auto known = known_names();
    std::vector<std::string> warnings;
    std::string unread;
    for (const auto& [name, value] : values.all()) {
        if (starts_with_any(name, kClusterPrefixes))
            unread += (unread.empty() ? "" : ", ") + name;
        const bool is_known = std::ranges::find(known, name) != known.end();
        if (is_known || name.starts_with("WGW_TEST_") || starts_with_any(name, kClusterPrefixes))
            continue;
        if (!starts_with_any(name, kPrefixes)) {
            if (const auto meant = values.origin(name) == kDotenv ? near_one(name, known) : std::nullopt)
                warnings.push_back(unknown(name, *meant));
            continue;
        }
        const auto nearest =
            std::ranges::min_element(known, {}, [&name](const auto& right) { return mistakes(name, right); });
        warnings.push_back(unknown(name, *nearest));
    }
    if (!unread.empty())
        warnings.push_back(
            "Not read: " + unread + ". This version stores everything in WGW_DATA and runs in one process."
        );
    return warnings;
}

void refuse_cluster(const Values& values)
{
    for (const auto name : kClusterSettings)
        if (values.given(std::string(name)))
            throw OptionError(
                std::string(name) + " is set, but this version stores everything in WGW_DATA and runs in one process. "
                                    "Unset it to start."
            );
}

std::vector<std::string> split(std::string_view list)
{
    std::vector<std::string> out;
    while (!list.empty()) {
        const auto comma = list.find(',');
        std::string_view part = list.substr(0, comma);
        part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
        part = part.substr(0, part.find_last_not_of(' ') + 1);
        if (!part.empty())
            out.emplace_back(part);
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
    return out;
}

[[noreturn]] void refuse_port(const std::string& text)
{
    throw OptionError("\"" + text + "\" is no role. For another port: wegowhere serve --port " + text);
}

/// An image is built for a role (WGW_ROLE): starting everything in its place would look as if it worked.
void refuse_roles(const Values& values)
{
    for (const auto& role : split(values.text("WGW_ROLE"))) {
        if (role.find_first_not_of("0123456789") == std::string::npos)
            refuse_port(role);
        if (std::ranges::find(kRoles, role) == kRoles.end())
            throw OptionError(
                "\"" + role +
                "\" is no role (WGW_ROLE, or behind serve). Leave it out: wegowhere serve runs everything "
                "in one process."
            );
        throw OptionError(
            "The role \"" + role +
            "\" (WGW_ROLE, or behind serve) needs a message broker: the four services come with "
            "a later version. Leave it out: wegowhere serve runs everything in one process."
        );
    }
}

std::string checked_secret(const Values& values, const std::string& name)
{
    constexpr std::string_view kAdvice =
        " Set it to 32 random bytes or more, for example the output of: openssl rand -hex 32";
    std::string secret = values.text(name);
    if (secret.empty())
        return secret;
    std::string weakness;
    if (std::ranges::find(kKnownSecrets, secret) != kKnownSecrets.end())
        weakness = name + " is a well-known word: anybody could sign in as anybody.";
    else if (secret.size() < 32)
        weakness = name + " has " + std::to_string(secret.size()) + " bytes.";
    if (weakness.empty())
        return secret;
    if (values.text("WGW_INSECURE_DEV") != "1")
        throw OptionError(weakness + std::string(kAdvice));
    if (!is_loopback_name(values.text("GATEWAY_HOST")))
        throw OptionError(
            weakness + " WGW_INSECURE_DEV=1 accepts that on loopback only: set GATEWAY_HOST to localhost, or " + name +
            " to 32 random bytes or more."
        );
    return secret;
}

std::vector<IpNetwork> proxies_of(const Values& values)
{
    std::vector<IpNetwork> proxies;
    for (const auto& text : split(values.text("WGW_TRUSTED_PROXIES"))) {
        const auto network = IpNetwork::parse(text);
        if (!network)
            throw OptionError(
                "\"" + text +
                "\" in WGW_TRUSTED_PROXIES is no address and no network. Write 192.0.2.1, 10.0.0.0/8 or "
                "2001:db8::/32, with commas between them."
            );
        proxies.push_back(*network);
    }
    return proxies;
}

/// Where the limits are lifted, those that are set besides are told of in `warnings`.
Limits limits_of(const Values& values, bool bench, std::vector<std::string>& warnings, Wrong& wrong)
{
    Limits limits;
    for (const auto& row : limit_table()) {
        const auto given = values.given(std::string(row.name));
        if (given)
            wrong.gather([&] { read_limit(limits, row, *given); });
        if (bench && row.may_be_lifted) {
            lift(limits, row);
            if (given)
                warnings.push_back(std::string(row.name) + " is set, but WGW_LIMITS=bench lifts it.");
        }
    }
    wrong.gather([&] { check_together(limits); });
    return limits;
}

/// Whether somebody who listens at the one leaves the port free at the other.
bool may_meet(std::string_view host, std::string_view other)
{
    const auto is_any = [](std::string_view name) { return name == "0.0.0.0" || name == "::"; };
    const bool same_machine = is_loopback_name(host) && is_loopback_name(other);
    return host == other || is_any(host) || is_any(other) ||
           (same_machine && (host == "localhost" || other == "localhost"));
}

void refuse_one_port_twice(const Options& options)
{
    if (options.port != 0 && options.port == options.admin_port && may_meet(options.host, options.admin_host))
        throw OptionError(
            "GATEWAY_PORT and WGW_ADMIN_PORT are both " + std::to_string(options.port) +
            ": two listeners cannot share a port. Set one of them to another."
        );
}

log::Level level_of(const std::string& name)
{
    if (name == "debug")
        return log::Level::debug;
    if (name == "info")
        return log::Level::info;
    if (name == "warn")
        return log::Level::warn;
    if (name == "error")
        return log::Level::error;
    throw OptionError("WGW_LOG_LEVEL is \"" + name + "\"; set it to debug, info, warn or error.");
}

std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view dotenv)
{
    auto pairs = read_dotenv(dotenv);
    if (!pairs)
        throw OptionError(
            "Line " + std::to_string(pairs.error().line) + " of .env cannot be read: " + pairs.error().what + "."
        );
    return *std::move(pairs);
}

std::vector<Setting> rows_of(const Values& values)
{
    std::vector<Setting> rows;
    for (const auto& row : option_table()) {
        auto value = values.text(row.name);
        if (row.is_secret && !value.empty())
            value = std::to_string(value.size()) + " bytes";
        rows.push_back({row.name, std::move(value), row.is_secret, values.origin(row.name)});
    }
    return rows;
}

std::optional<log::Format> format_of(const std::string& name)
{
    if (name == "auto")
        return {};
    if (name == "text")
        return log::Format::text;
    if (name == "json")
        return log::Format::json;
    throw OptionError("WGW_LOG_FORMAT is \"" + name + "\"; set it to auto, text or json.");
}

}  // namespace

OptionError::OptionError(std::vector<std::string> all)
    : std::runtime_error([&all] {
          std::string text;
          for (const auto& sentence : all)
              text += (text.empty() ? "" : " ") + sentence;
          return text;
      }()),
      sentences(std::move(all))
{
}

bool is_loopback_name(std::string_view host)
{
    const bool is_address = host.find_first_not_of("0123456789.") == std::string_view::npos;
    return host == "localhost" || host == "::1" || (host.starts_with("127.") && is_address);
}

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
                      "# Written from the option table (src/app/options.cpp): wegowhere config env\n";
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

std::vector<Setting> with_made_secrets(std::vector<Setting> settings, const std::string& data)
{
    constexpr std::pair<std::string_view, std::string_view> kMade[] = {
        {"JWT_SECRET",          "jwt_secret"         },
        {"JWT_SECRET_PREVIOUS", "jwt_secret.previous"}
    };
    // Who sets the one has both in a place of their own.
    const bool is_given = std::ranges::any_of(settings, [&](const Setting& row) {
        return row.name == kMade[0].first && !row.value.empty();
    });
    for (auto& row : settings)
        for (const auto& [name, file] : kMade) {
            const std::string path = data + "/" + std::string(file);
            std::error_code ignored;  // a folder that we may not look into: nothing is known of it
            if (is_given || row.name != name || !row.value.empty() || !std::filesystem::exists(path, ignored))
                continue;
            row.value =
                std::to_string(std::max<std::uintmax_t>(1, std::filesystem::file_size(path, ignored)) - 1) + " bytes";
            row.origin = "file " + path + ", made by the server";
        }
    return settings;
}

Settings list_settings(
    const std::map<std::string, std::string>& flags, const std::map<std::string, std::string>& environment,
    std::string_view dotenv
)
{
    const Values values(flags, environment, pairs_of(dotenv));
    return {rows_of(values), warn_of_unknown(values), values.wrong().sentences()};
}

Options read_options(
    const std::map<std::string, std::string>& flags, const std::map<std::string, std::string>& environment,
    std::string_view dotenv
)
{
    const Values values(flags, environment, pairs_of(dotenv));
    Wrong wrong = values.wrong();
    Options options;
    const auto port = [&](std::string_view name) { return static_cast<std::uint16_t>(values.number(name, 0, 65'535)); };
    const auto seconds = [&](std::string_view name) { return std::chrono::seconds(values.number(name, 0, 3'600)); };

    wrong.gather([&] { refuse_roles(values); });
    wrong.gather([&] { refuse_cluster(values); });
    options.host = values.text("GATEWAY_HOST");
    wrong.gather([&] { options.port = port("GATEWAY_PORT"); });
    options.admin_host = values.text("WGW_ADMIN_HOST");
    wrong.gather([&] { options.admin_port = port("WGW_ADMIN_PORT"); });
    wrong.gather([&] { refuse_one_port_twice(options); });
    options.data = values.text("WGW_DATA");
    wrong.gather([&] { options.jwt_secret = checked_secret(values, "JWT_SECRET"); });
    wrong.gather([&] { options.previous_secret = checked_secret(values, "JWT_SECRET_PREVIOUS"); });
    if (!options.jwt_secret.empty() && options.jwt_secret == options.previous_secret)
        wrong.gather([] {
            throw OptionError(
                "JWT_SECRET and JWT_SECRET_PREVIOUS are the same. Set JWT_SECRET to a new one, or unset the other."
            );
        });
    options.issuers = split(values.text("WGW_JWT_ISS"));
    options.origins = split(values.text("WGW_ORIGINS"));
    wrong.gather([&] { options.log_level = level_of(values.text("WGW_LOG_LEVEL")); });
    wrong.gather([&] { options.log_format = format_of(values.text("WGW_LOG_FORMAT")); });
    wrong.gather([&] { options.shutdown_delay = seconds("WGW_SHUTDOWN_DELAY"); });
    wrong.gather([&] { options.drain = seconds("WGW_DRAIN"); });
    options.bench_limits = values.text("WGW_LIMITS") == "bench";
    if (!options.bench_limits && values.given("WGW_LIMITS"))
        wrong.gather([&] {
            throw OptionError("WGW_LIMITS is \"" + values.text("WGW_LIMITS") + "\"; leave it out or set it to bench.");
        });
    wrong.gather([&] { options.trusted_proxies = proxies_of(values); });
    options.warnings = warn_of_unknown(values);
    options.limits = limits_of(values, options.bench_limits, options.warnings, wrong);
    options.settings = rows_of(values);
    wrong.throw_if_any();
    return options;
}

}  // namespace wgw::app
