#include "store/mongo_target.hpp"

#include "store/mongo_driver.hpp"

#include <charconv>
#include <memory>
#include <mongoc/mongoc.h>
#include <string_view>

namespace wgw::store {
namespace {

struct DestroyUri {
    void operator()(mongoc_uri_t* uri) const { mongoc_uri_destroy(uri); }
};
using Uri = std::unique_ptr<mongoc_uri_t, DestroyUri>;

constexpr std::size_t kMostNameBytes = 63;

bool is_set(const char* text) { return text != nullptr && *text != '\0'; }

bool is_port(std::string_view text)
{
    int port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65'535;
}

std::expected<Uri, std::string> uri_of(const MongoSettings& settings)
{
    if (!settings.url.empty()) {
        if (!settings.url.starts_with("mongodb://") && !settings.url.starts_with("mongodb+srv://"))
            return std::unexpected("DB_URL has to begin with mongodb:// or mongodb+srv://, then the host.");
        // What the driver says of it may hold the password.
        bson_error_t ignored;
        Uri uri(mongoc_uri_new_with_error(settings.url.c_str(), &ignored));
        if (!uri)
            return std::unexpected(
                "DB_URL cannot be read. It has the form mongodb://host:port/database?options; in a user name and a "
                "password every : / ? # [ ] @ and % is written as % and two hex digits."
            );
        return uri;
    }
    if (settings.host.empty())
        return std::unexpected("DB_HOST is not set: name the MongoDB server, or set DB_URL.");
    const std::string port = settings.port.empty() ? "27017" : settings.port;
    if (!is_port(port))
        return std::unexpected("DB_PORT=" + port + " is no port: a number from 1 to 65535. MongoDB's own is 27017.");
    const bool is_v6 = settings.host.contains(':') && !settings.host.starts_with('[');
    const std::string host = is_v6 ? "[" + settings.host + "]" : settings.host;
    bson_error_t ignored;
    Uri uri(mongoc_uri_new_with_error(("mongodb://" + host + ":" + port).c_str(), &ignored));
    if (!uri || settings.host.find_first_of("/@?, ") != std::string::npos)
        return std::unexpected(
            "DB_HOST=" + settings.host + " is no host: a name or an address, the port in DB_PORT. For several hosts, " +
            "credentials or options set DB_URL."
        );
    return uri;
}

std::string shown_hosts(const mongoc_uri_t* uri)
{
    if (const char* service = mongoc_uri_get_srv_hostname(uri))
        return service;
    std::string hosts;
    for (const auto* host = mongoc_uri_get_hosts(uri); host != nullptr; host = host->next)
        hosts += (hosts.empty() ? "" : ",") + std::string(host->host_and_port);
    return hosts;
}

}  // namespace

std::expected<MongoTarget, std::string> mongo_target(const MongoSettings& settings)
{
    start_mongo_driver();
    auto made = uri_of(settings);
    if (!made)
        return std::unexpected(made.error());
    mongoc_uri_t* uri = made->get();

    const bool has_user = is_set(mongoc_uri_get_username(uri));
    if (!has_user && settings.user.empty() != settings.pass.empty())
        return std::unexpected(
            settings.user.empty() ? "DB_PASS is set and DB_USER is not: set both, or neither."
                                  : "DB_USER is set and DB_PASS is not: set both, or neither."
        );

    const char* in_url = mongoc_uri_get_database(uri);
    std::string database = is_set(in_url) ? in_url : settings.name.empty() ? "wegowhere" : settings.name;
    if (database.size() > kMostNameBytes || database.find_first_of("/\\. \"$*<>:|?") != std::string::npos)
        return std::unexpected(
            std::string(is_set(in_url) ? "The database of DB_URL" : "DB_NAME") +
            " is no name of a database: " + database + ". At most 63 bytes, without / \\ . \" $ * < > : | ? and spaces."
        );
    return MongoTarget{
        mongoc_uri_get_string(uri), has_user ? "" : settings.user, has_user ? "" : settings.pass,
        shown_hosts(uri) + "/" + database, database
    };
}

}  // namespace wgw::store
