#pragma once
/// Which MongoDB: what the settings DB_* say, checked. Pure.
///
///     DB_URL             mongodb://host:port[,host:port…][/database][?options], or mongodb+srv://…; wins over the next
///     DB_HOST, DB_PORT   one server
///     DB_USER, DB_PASS   where the URL has none; they are checked in the database `admin`, as by the original
///     DB_NAME            where the URL names no database
///
/// Errors  a sentence that names the setting and says what to do; a password is in none
/// Tests   mongo_target_test.cpp

#include <expected>
#include <string>

namespace wgw::store {

/// Empty: not set.
struct MongoSettings {
    std::string url;
    std::string host;
    std::string port;
    std::string user;
    std::string pass;
    std::string name;
};

struct MongoTarget {
    std::string url;   ///< May have credentials: never shown.
    std::string user;  ///< Empty: the URL has them, or none are needed.
    std::string pass;
    std::string shown;     ///< Hosts and database, for the log.
    std::string database;  ///< By default `wegowhere`.
};

std::expected<MongoTarget, std::string> mongo_target(const MongoSettings& settings);

}  // namespace wgw::store
