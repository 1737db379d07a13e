#include "docs/openapi.hpp"

#include "docs/schema.hpp"

#include <cassert>
#include <map>
#include <set>
#include <vector>

namespace wgw::docs {
namespace {

constexpr std::string_view kAbout =
    "REST side of WeGoWhere Chat; what happens live goes over Socket.IO, and is described at /docs/events.\n\n"
    "Every answer is `{success, timestamp, data}`. A failure has `{message, code, request_id, retry_after_ms}` in "
    "`data`, or the list of the fields that are wrong. 4xx: nothing was stored. 5xx, or no answer: unknown; repeat "
    "the request, a send with the same `client_msg_id`.\n\n"
    "A header `X-Request-Id` (1 to 64 of `[A-Za-z0-9._-]`) names a request in the log, and comes back.";

/// The groups, and what stands in front of `Controller_` in an operation's id.
struct Tag {
    std::string_view name;
    std::string_view sentence;
};
constexpr Tag kTags[] = {
    {"Gateway", "Is it there?"               },
    {"Auth",    "Accounts, tokens, sessions."},
    {"User",    "Who there is."              },
    {"Chat",    "Rooms, members, messages."  },
};

std::string_view tag_of(const Operation& about)
{
    const std::string_view id = about.id;
    return id.substr(0, id.find("Controller_"));
}

/// `/rooms/:room_id` in parts: what is fixed, and the names of parameters.
std::vector<std::string_view> parameters_of(std::string_view path)
{
    std::vector<std::string_view> names;
    for (auto at = path.find("/:"); at != std::string_view::npos; at = path.find("/:", at + 2))
        names.push_back(path.substr(at + 2, path.find('/', at + 2) - at - 2));
    return names;
}

std::string template_of(std::string_view path)
{
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        out += path[i];
        if (path.substr(i, 2) != "/:")
            continue;
        const auto end = std::min(path.find('/', i + 1), path.size());
        out += '{';
        out += path.substr(i + 2, end - i - 2);
        out += '}';
        i = end - 1;
    }
    return out;
}

const FieldRow& row_of(const Operation& about, std::string_view parameter)
{
    const auto found = std::ranges::find(about.path, parameter, &FieldRow::name);
    assert(found != about.path.end() && "each parameter of a path has a row");
    return *found;
}

int status_of(const Error& error) { return error.status != 0 ? error.status : row(error.code).status; }

std::string_view sentence_of(const Error& error)
{
    return error.sentence.empty() ? row(error.code).sentence : error.sentence;
}

bool has_input(const Operation& about) { return !about.path.empty() || !about.query.empty() || about.body != nullptr; }

/// What an operation may fail with at one status.
struct Failures {
    std::vector<Error> errors;
    bool may_be_empty = false;  ///< Below the application: an envelope without `data`.

    /// Names what is the same in many operations: `unauthorized.token_expired`. Empty: it is not.
    std::string shared_name(int status) const
    {
        // Not the bare number: parsers of JavaScript put such names in front of all others.
        std::string name = may_be_empty ? "status_" + std::to_string(status) : std::string();
        for (const auto& error : errors) {
            if (error.status != 0 || !error.sentence.empty())
                return {};
            name += name.empty() ? "" : ".";
            name += wgw::row(error.code).name;
        }
        return name;
    }
};
using FailuresByStatus = std::map<int, Failures>;

FailuresByStatus failures_of(const Route& route)
{
    const Operation& about = *route.about;
    FailuresByStatus failures;
    const auto add = [&](const Error& error) {
        auto& errors = failures[status_of(error)].errors;
        if (std::ranges::find(errors, error.code, &Error::code) == errors.end())
            errors.push_back(error);
    };
    if (has_input(about) || route.guarded)
        add(Errc::validation_failed);
    if (route.guarded)
        for (const auto code : {Errc::unauthorized, Errc::token_expired, Errc::token_revoked})
            add(code);
    for (const auto& error : about.errors)
        add(error);
    if (about.checks)
        add(Errc::rate_limited);
    for (const auto code : {Errc::internal, Errc::unavailable})
        add(code);
    if (about.body != nullptr)
        for (const int status : {400, 413, 415})
            failures[status].may_be_empty = true;
    return failures;
}

class Writer {
public:
    Writer(std::span<const Route> routes, const Limits& limits, const OpenapiOptions& options)
        : routes_(routes), options_(options), schemas_(json_, limits, Dialect::openapi_3_0)
    {
    }

    std::string write()
    {
        json_.object([&] {
            json_.member("openapi", "3.0.0");
            json_.member_object("paths", [&] { paths(); });
            info();
            json_.member_array("tags", [&] { tags(); });
            json_.member_array("servers", [&] {
                json_.object([&] {
                    json_.member("url", "/");
                    json_.member("description", "The server that this document comes from.");
                });
            });
            json_.member_object("externalDocs", [&] {
                json_.member("description", "The events of the socket.");
                json_.member("url", "/docs/events");
            });
            json_.member_object("components", [&] { components(); });
        });
        return json_.take();
    }

private:
    void info()
    {
        json_.member_object("info", [&] {
            json_.member("title", "WeGoWhere Chat");
            json_.member("description", kAbout);
            json_.member("version", options_.version);
            json_.member_object("contact", [] {});
            json_.member_object("license", [&] {
                json_.member("name", "MIT");
                json_.member("url", "https://opensource.org/license/mit");
            });
        });
    }

    void tags()
    {
        for (const auto& tag : kTags)
            json_.object([&] {
                json_.member("name", tag.name);
                json_.member("description", tag.sentence);
            });
    }

    /// In the order of the table; the methods of a path stand together.
    void paths()
    {
        std::set<std::string_view> written;
        for (const auto& first : routes_) {
            if (!written.insert(first.path).second)
                continue;
            json_.member_object(template_of(first.path), [&] {
                for (const auto& route : routes_)
                    if (route.path == first.path)
                        json_.member_object(lower(route.method), [&] { operation(route); });
            });
        }
    }

    static std::string lower(std::string_view method)
    {
        std::string out(method);
        std::ranges::transform(out, out.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        return out;
    }

    void operation(const Route& route)
    {
        const Operation& about = *route.about;
        json_.member("operationId", about.id);
        json_.member("summary", about.summary);
        if (!about.more.empty())
            json_.member("description", about.more);
        json_.member_array("parameters", [&] { parameters(route); });
        if (about.body != nullptr)
            json_.member_object("requestBody", [&] { body(*about.body); });
        json_.member_object("responses", [&] {
            json_.member_object(std::to_string(route.status), [&] { success(about); });
            for (const auto& [status, failures] : failures_of(route))
                json_.member(std::to_string(status), [&] { failure(status, failures); });
        });
        json_.member_array("tags", [&] { json_.string(tag_of(about)); });
        json_.member_array("security", [&] {
            if (route.guarded)
                json_.object([&] { json_.member_array("bearer", [] {}); });
        });
    }

    void parameters(const Route& route)
    {
        const Operation& about = *route.about;
        if (route.guarded && about.recorded && options_.authorization_parameter)
            json_.object([&] {
                json_.member("name", "authorization");
                json_.member("required", true);
                json_.member("in", "header");
                json_.member_object("schema", [&] { json_.member("type", "string"); });
            });
        for (const auto name : parameters_of(route.path))
            parameter(row_of(about, name), "path", true, about.recorded);
        for (const auto& row : about.query)
            parameter(row, "query", !row.rule.optional && !row.nullable, false);
        for (const auto& row : about.headers)
            parameter(row, "header", false, false);
    }

    void parameter(const FieldRow& row, std::string_view in, bool required, bool recorded)
    {
        json_.object([&] {
            json_.member("name", row.name);
            json_.member("required", required);
            json_.member("in", in);
            json_.member("schema", [&] {
                if (recorded)
                    schemas_.bare(row);
                else
                    schemas_.field(row, nullptr, Use::request);
            });
            if (!recorded)
                json_.member("description", row.sentence);
        });
    }

    void body(const Object& body)
    {
        json_.member("required", std::ranges::any_of(body.rows, [](const FieldRow& row) {
                         return !row.nullable && !row.rule.optional;
                     }));
        content([&] { schemas_.ref(body.name); });
    }

    template <class Schema>
    void content(Schema schema)
    {
        json_.member_object("content", [&] {
            json_.member_object("application/json", [&] { json_.member("schema", schema); });
        });
    }

    void header(std::string_view name, std::string_view type, std::string_view sentence)
    {
        json_.member_object(name, [&] {
            json_.member("description", sentence);
            json_.member_object("schema", [&] { json_.member("type", type); });
        });
    }

    void success(const Operation& about)
    {
        json_.member("description", about.recorded ? std::string_view() : std::string_view("It went well."));
        if (about.reply.shape == Reply::Shape::list)
            json_.member_object("headers", [&] {
                header(
                    "X-Next", "string",
                    "Of a bare array that is not all: goes into `before` for what is in front of it."
                );
            });
        content([&] { schemas_.success(about.reply); });
    }

    void failure(int status, const Failures& failures)
    {
        const auto name = failures.shared_name(status);
        if (name.empty())
            return failure_response(status, failures);
        shared_.try_emplace(name, status, failures);
        json_.object([&] { json_.member("$ref", "#/components/responses/" + name); });
    }

    void failure_response(int status, const Failures& failures)
    {
        std::string description;
        std::vector<std::string_view> codes;
        for (const auto& error : failures.errors) {
            const std::string_view code = row(error.code).name;
            description += description.empty() ? "" : "\n\n";
            description.append("`").append(code).append("`: ").append(sentence_of(error));
            if (std::ranges::find(codes, code) == codes.end())
                codes.push_back(code);
        }
        if (failures.may_be_empty)
            description += std::string(description.empty() ? "" : "\n\n") + below(status);
        json_.object([&] {
            json_.member("description", description);
            if (status == 429 || status == 503)
                json_.member_object("headers", [&] {
                    header("Retry-After", "integer", "Seconds, after which the same request may succeed.");
                    if (status != 429)
                        return;
                    header("RateLimit-Limit", "integer", "How many requests the limit lets through.");
                    header("RateLimit-Remaining", "integer", "How many are left.");
                    header("RateLimit-Reset", "integer", "Seconds, after which there are more.");
                });
            content([&] { schemas_.failure(codes, failures.may_be_empty); });
        });
    }

    /// What a request is refused with before anybody looks at what it asks for.
    static std::string below(int status)
    {
        return status == 413
                   ? "The body is larger than the server takes, by default 1 MiB, and 64 KiB where no token is "
                     "needed: without `data`."
               : status == 415 ? "The body is neither JSON nor a form: without `data`."
                               : "The body is not valid JSON: without `data`.";
    }

    void components()
    {
        json_.member_object("schemas", [&] { schemas(); });
        json_.member_object("responses", [&] {
            for (const auto& [name, response] : shared_)
                json_.member(name, [&] { failure_response(response.first, response.second); });
        });
        json_.member_object("securitySchemes", [&] {
            json_.member_object("bearer", [&] {
                json_.member("type", "http");
                json_.member("scheme", "bearer");
                json_.member("bearerFormat", "JWT");
                json_.member("description", "`access` of what signing up or in is answered. It lives 7 days.");
            });
        });
    }

    void schemas()
    {
        std::set<std::string_view> written;
        std::vector<const Object*> replies;
        for (const auto& route : routes_) {
            const Operation& about = *route.about;
            if (about.body != nullptr && written.insert(about.body->name).second)
                json_.member(about.body->name, [&] {
                    schemas_.object(*about.body, Use::request, parameters_of(route.path));
                });
            if (about.reply.object != nullptr)
                collect(replies, *about.reply.object);
        }
        for (const auto* object : replies)
            if (written.insert(object->name).second)
                json_.member(object->name, [&] { schemas_.object(*object, Use::reply); });
        json_.member("FieldError", [&] { schemas_.field_error(); });
    }

    std::span<const Route> routes_;
    const OpenapiOptions& options_;
    JsonWriter json_;
    SchemaWriter schemas_;
    std::map<std::string, std::pair<int, Failures>> shared_;
};

}  // namespace

std::string openapi(std::span<const Route> routes, const Limits& limits, const OpenapiOptions& options)
{
    return Writer(routes, limits, options).write();
}

}  // namespace wgw::docs
