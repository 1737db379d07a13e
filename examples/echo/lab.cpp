#include "echo/lab.hpp"

#include <algorithm>
#include <any>
#include <cctype>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace echo {
namespace {

using namespace wgw;

// JSON by hand: there is little of it.

std::string quoted(std::string_view text)
{
    std::string json;
    append_json_string(json, text);
    return json;
}

template <class Range, class Write>
std::string joined(const Range& range, Write write)
{
    std::string out;
    for (const auto& one : range)
        out += (out.empty() ? "" : ",") + write(one);
    return out;
}

std::string array_of(const std::vector<std::string>& names) { return "[" + joined(names, quoted) + "]"; }

std::string object_of(const sio::Handshake::Pairs& pairs)
{
    return "{" + joined(pairs, [](const auto& pair) { return quoted(pair.first) + ":" + quoted(pair.second); }) + "}";
}

bool is_true(JsonValue object, std::string_view name)
{
    const auto value = object.is_object() ? object.find(name) : std::nullopt;
    return value && value->text() == "true";
}

std::vector<std::string> strings(JsonValue object, std::string_view name)
{
    std::vector<std::string> out;
    if (const auto list = object.is_object() ? object.find(name) : std::nullopt)
        for (auto cursor = list->elements(); const auto one = cursor.next();)
            out.push_back(one->string());
    return out;
}

Duration timeout_of(JsonValue object)
{
    const auto value = object.find("timeout");
    return Duration(value ? value->integer().value_or(0) : 0);
}

sio::Arguments behind_first(const sio::Arguments& arguments)
{
    sio::Arguments rest = arguments;
    rest.remove_first();
    return rest;
}

// /lab

sio::Target target(sio::Namespace& nsp, sio::Socket& socket, JsonValue options)
{
    sio::Target to = is_true(options, "broadcast") ? socket.broadcast() : nsp.everybody();
    for (const auto& room : strings(options, "rooms"))
        to = to.to(room);
    for (const auto& room : strings(options, "except"))
        to = to.except(room);
    if (const auto compress = options.is_object() ? options.find("compress") : std::nullopt;
        compress && !compress->boolean())
        to = to.uncompressed();
    return is_true(options, "volatile") ? to.as_volatile() : to;
}

void tell_answer(const sio::SocketRef& ref, const std::string& error, const sio::Payload& values)
{
    const std::string answer = R"([{"error":)" + error + R"(,"values":)" + values.text() + "}]";
    if (auto* socket = ref.get())
        socket->emit("answered", sio::Payload::of_array(answer, values.attachments()));
}

void ask(sio::Socket& socket, const sio::Arguments& arguments)
{
    socket.ask(
        "question", sio::Payload::of(behind_first(arguments)), timeout_of(arguments[0]),
        [ref = socket.ref()](const sio::AckResult& result) {
            tell_answer(ref, result ? "null" : quoted(text_of(result.error())), result.value_or(sio::Payload()));
        }
    );
}

void ask_all(sio::Namespace& nsp, sio::Socket& socket, const sio::Arguments& arguments)
{
    target(nsp, socket, arguments[0])
        .ask(
            "question", sio::Payload::of(behind_first(arguments)), timeout_of(arguments[0]),
            [ref = socket.ref()](const sio::BroadcastAnswers& all) {
                sio::Payload values;
                for (const auto& answer : all.answers)
                    values.add(answer);
                tell_answer(ref, all.missing > 0 ? quoted(text_of(sio::AckError::timeout)) : "null", values);
            }
        );
}

void flood(sio::Socket& socket, const sio::Arguments& arguments)
{
    const auto count = arguments[0].integer().value_or(0);
    const std::string text(static_cast<std::size_t>(arguments[1].integer().value_or(0)), 'x');
    for (std::int64_t i = 0; i < count; ++i)
        arguments[2].text() == "true" ? socket.emit_volatile("flooded", i, text) : socket.emit("flooded", i, text);
}

std::string value_of(const sio::Socket& socket)
{
    const auto* value = std::any_cast<std::string>(&socket.data);
    return value == nullptr ? "null" : *value;
}

void add_events(sio::Namespace& nsp)
{
    // An event whose ack is sent when it is done.
    const auto add = [&nsp](const char* name, auto act) {
        nsp.on(name, [act](sio::Socket& socket, const sio::Arguments& arguments, sio::Reply reply) {
            act(socket, arguments);
            reply();
        });
    };
    add("join", [](sio::Socket& socket, const sio::Arguments& arguments) { socket.join(arguments[0].string()); });
    add("leave", [](sio::Socket& socket, const sio::Arguments& arguments) { socket.leave(arguments[0].string()); });
    add("remember",
        [](sio::Socket& socket, const sio::Arguments& arguments) { socket.data = std::string(arguments[0].text()); });
    add("flood", flood);
    add("ask", ask);
    add("ask-all", [&nsp](sio::Socket& socket, const sio::Arguments& arguments) { ask_all(nsp, socket, arguments); });
    add("say", [&nsp](sio::Socket& socket, const sio::Arguments& arguments) {
        target(nsp, socket, arguments[0]).emit("said", behind_first(arguments));
    });
    add("throw", [](sio::Socket&, const sio::Arguments&) { throw std::runtime_error("asked for"); });
    add("kick",
        [](sio::Socket& socket, const sio::Arguments& arguments) { socket.disconnect(arguments[0].text() == "true"); });
    nsp.on("rooms", [](sio::Socket& socket, const sio::Arguments&, sio::Reply reply) {
        auto rooms = socket.rooms();
        std::ranges::sort(rooms);
        reply(sio::Json(array_of(rooms)));
    });
    nsp.on("whoami", [](sio::Socket& socket, const sio::Arguments&, sio::Reply reply) {
        const std::string recovered = socket.is_recovered() ? "true" : "false";
        reply(sio::Json(
            R"({"id":)" + quoted(socket.id()) + R"(,"recovered":)" + recovered + R"(,"value":)" + value_of(socket) + "}"
        ));
    });
    nsp.on("handshake", [](sio::Socket& socket, const sio::Arguments&, sio::Reply reply) {
        const std::string auth = socket.auth().empty() ? "{}" : std::string(socket.auth());
        const auto& handshake = socket.handshake();
        reply(sio::Json(
            R"({"auth":)" + auth + R"(,"query":)" + object_of(handshake.query()) + R"(,"headers":)" +
            object_of(handshake.headers()) + "}"
        ));
    });
    nsp.on("ack-twice", [](sio::Socket&, const sio::Arguments&, sio::Reply reply) {
        reply("first");
        reply("second");
    });
}

void add_leaving(sio::Namespace& nsp)
{
    nsp.on_disconnect([](const sio::Socket& socket, sio::CloseReason reason) {
        const std::string id(socket.id());
        std::printf("left %s %s\n", id.c_str(), std::string(text_of(reason)).c_str());
        std::fflush(stdout);
    });
}

// Namespaces of a pattern

bool is_behind(std::string_view name, std::string_view prefix, int (*is_kind)(int))
{
    if (!name.starts_with(prefix) || name.size() == prefix.size())
        return false;
    return std::ranges::all_of(name.substr(prefix.size()), [&](char c) {
        return c == '_' ? is_kind == &::isalnum : is_kind(static_cast<unsigned char>(c)) != 0;
    });
}

void greet_by(sio::Namespace& nsp, const char* by)
{
    nsp.on_connection([by](sio::Socket& socket) { socket.emit("hello", socket.nsp().name(), by); });
}

/// Calls back once, later.
class Later final : public net::Timer {
public:
    Later(net::Loop& loop, Duration after, std::move_only_function<void()> call) : call_(std::move(call))
    {
        loop.timers().arm(*this, loop.now() + after);
    }

private:
    void on_timer(Instant) override
    {
        call_();
        delete this;
    }
    std::move_only_function<void()> call_;
};

}  // namespace

void add_lab(sio::Standalone& app)
{
    auto& lab = app.of("/lab");
    add_events(lab);
    add_leaving(lab);
    lab.on_connection([](sio::Socket& socket) {
        socket.use([](std::string_view event, const sio::Arguments&) {
            return event == "forbidden" ? std::optional<std::string>("not for you") : std::nullopt;
        });
    });
    lab.on_error([](sio::Socket& socket, std::string_view why) {
        if (why == "not for you")
            socket.emit("refused", why);
    });

    app.of("/refuse").use([](sio::Socket& socket, sio::Next next) {
        const JsonValue auth(socket.auth().empty() ? std::string_view("{}") : socket.auth());
        if (is_true(auth, "pass"))
            return next({});
        next(sio::ConnectError{"no entry", is_true(auth, "plain") ? "" : R"({"code":7,"why":["closed"]})"});
    });

    app.of("/slow").use([&app](sio::Socket& socket, sio::Next next) {
        socket.emit("early", sio::Json(array_of(socket.rooms())));
        // It deletes itself.
        new Later(app.loop(), Duration(300), [next = std::move(next)]() mutable { next({}); });
    });

    auto& server = app.server();
    const auto number = [](std::string_view name, std::string_view) { return is_behind(name, "/dyn-", &::isdigit); };
    const auto word = [](std::string_view name, std::string_view) { return is_behind(name, "/dyn-", &::isalnum); };
    greet_by(server.of_matching(number), "number");
    greet_by(server.of_matching(word), "word");
    greet_by(
        server.of_matching([](std::string_view name, std::string_view auth) {
            return name.starts_with("/fn-") && !auth.empty() && is_true(JsonValue(auth), "pass");
        }),
        "function"
    );
}

}  // namespace echo
