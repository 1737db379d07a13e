#include "docs/asyncapi.hpp"

#include "docs/schema.hpp"

namespace wgw::docs {
namespace {

constexpr std::string_view kAbout =
    "What happens live in WeGoWhere Chat. Socket.IO 4 (protocol 5) at `/socket.io/`, by WebSocket or HTTP long "
    "polling, "
    "namespace `/`; any Socket.IO 4 client works. REST is described by /openapi.json.\n\n"
    "A client passes its access token as `auth.token` when it connects, or as header `Authorization` of the handshake. "
    "An event has one argument, an object. A client may ask for an ack of each event that it sends, and gets exactly "
    "one: `{success, timestamp, data}`, as REST answers.";

std::string pointer(std::string_view to) { return std::string("#/").append(to); }

class Writer {
public:
    Writer(const Events& events, const Limits& limits, std::string_view version)
        : events_(events), version_(version), schemas_(json_, limits, Dialect::json_schema)
    {
    }

    std::string write()
    {
        json_.object([&] {
            json_.member("asyncapi", "3.0.0");
            json_.member("id", "urn:wegowhere:chat");
            info();
            json_.member("defaultContentType", "application/json");
            json_.member_object("servers", [&] { json_.member_object("chat", [&] { server(); }); });
            json_.member_object("channels", [&] { json_.member_object("root", [&] { channel(); }); });
            json_.member_object("operations", [&] {
                for (const auto& event : events_.rows)
                    json_.member_object(event.name, [&] { operation(event); });
            });
            json_.member_object("components", [&] { components(); });
        });
        return json_.take();
    }

private:
    void reference(const std::string& to)
    {
        json_.object([&] { json_.member("$ref", pointer(to)); });
    }

    void info()
    {
        json_.member_object("info", [&] {
            json_.member("title", "WeGoWhere Chat, live");
            json_.member("version", version_);
            json_.member("description", kAbout);
            json_.member_object("license", [&] {
                json_.member("name", "MIT");
                json_.member("url", "https://opensource.org/license/mit");
            });
            json_.member_array("tags", [&] { json_.object([&] { json_.member("name", "chat"); }); });
            json_.member_object("externalDocs", [&] {
                json_.member("description", "The protocol.");
                json_.member("url", "https://socket.io/docs/v4/socket-io-protocol/");
            });
        });
    }

    void server()
    {
        json_.member("host", "{host}");
        json_.member("pathname", "/socket.io/");
        json_.member("protocol", "ws");
        json_.member("description", "Where REST is too.");
        json_.member_object("variables", [&] {
            json_.member_object("host", [&] { json_.member("default", "localhost:3000"); });
        });
        json_.member_array("security", [&] {
            reference("components/securitySchemes/connect");
            reference("components/securitySchemes/handshake");
        });
    }

    void channel()
    {
        json_.member("address", "/");
        json_.member("title", "Namespace /");
        json_.member(
            "description",
            "The only one. Without a token a client may connect, and hears of no room. With one it hears of all rooms "
            "that its user is a member of, also of those joined later."
        );
        json_.member_object("messages", [&] {
            for (const auto& event : events_.rows) {
                json_.member(event.name, [&] { reference(message(event)); });
                if (has_ack(event))
                    json_.member(ack(event), [&] { reference("components/messages/" + ack(event)); });
            }
        });
        json_.member_array("servers", [&] { reference("servers/chat"); });
        json_.member_object("bindings", [&] {
            json_.member_object("ws", [&] {
                json_.member_object("query", [&] { query(); });
                json_.member("bindingVersion", "0.1.0");
            });
        });
    }

    void query()
    {
        const auto parameter = [&](std::string_view name, std::string_view words, std::string_view sentence) {
            json_.member_object(name, [&] {
                json_.member("type", "string");
                if (!words.empty())
                    json_.member_array("enum", [&] { json_.string(words); });
                json_.member("description", sentence);
            });
        };
        json_.member("type", "object");
        json_.member_object("properties", [&] {
            parameter("EIO", "4", "The protocol of the transport.");
            parameter("transport", "websocket", "Or `polling`, over HTTP.");
            parameter("room_id", {}, "As in `auth` of CONNECT, which wins.");
        });
        json_.member_array("required", [&] {
            json_.string("EIO");
            json_.string("transport");
        });
    }

    static bool has_ack(const Event& event) { return event.sender == Sender::client; }
    static std::string message(const Event& event)
    {
        return std::string("components/messages/").append(std::string_view(event.name));
    }
    static std::string ack(const Event& event) { return std::string(std::string_view(event.name)).append(".ack"); }

    void operation(const Event& event)
    {
        const auto message = [&](const std::string& name) {
            json_.member_array("messages", [&] { reference("channels/root/messages/" + name); });
        };
        json_.member("action", event.sender == Sender::client ? "receive" : "send");
        json_.member_object("channel", [&] { json_.member("$ref", "#/channels/root"); });
        json_.member("summary", event.summary);
        message(std::string(std::string_view(event.name)));
        if (!has_ack(event))
            return;
        json_.member_object("reply", [&] {
            json_.member_object("channel", [&] { json_.member("$ref", "#/channels/root"); });
            message(ack(event));
        });
    }

    void components()
    {
        json_.member_object("messages", [&] {
            for (const auto& event : events_.rows)
                messages(event);
        });
        json_.member_object("schemas", [&] { schemas(); });
        json_.member_object("securitySchemes", [&] {
            const auto bearer = [&](std::string_view sentence) {
                json_.member("type", "http");
                json_.member("scheme", "bearer");
                json_.member("bearerFormat", "JWT");
                json_.member("description", sentence);
            };
            json_.member_object("connect", [&] {
                bearer("`auth.token` of CONNECT. Checked at once: a bad one is `connect_error`.");
            });
            json_.member_object("handshake", [&] {
                bearer("Header `Authorization: Bearer …` of the handshake. Checked on each event.");
            });
        });
    }

    void messages(const Event& event)
    {
        json_.member_object(event.name, [&] {
            json_.member("name", event.name);
            json_.member("title", event.name);
            json_.member("summary", event.summary);
            if (!event.more.empty())
                json_.member("description", event.more);
            json_.member("payload", [&] { schemas_.data(event.payload); });
            if (event.payload.shape == Reply::Shape::one)
                json_.member_array("examples", [&] {
                    json_.object([&] { json_.member("payload", [&] { write_example(json_, *event.payload.object); }); }
                    );
                });
        });
        if (!has_ack(event))
            return;
        json_.member_object(ack(event), [&] {
            json_.member("name", ack(event));
            json_.member("title", "Ack of " + std::string(std::string_view(event.name)));
            json_.member("summary", "The one argument of the ack, if one was asked for.");
            json_.member_object("payload", [&] {
                json_.member_array("oneOf", [&] {
                    schemas_.success(event.ack);
                    schemas_.failure(codes_of(event), false);
                });
            });
        });
    }

    static std::vector<std::string_view> codes_of(const Event& event)
    {
        std::vector<std::string_view> codes;
        for (const auto& error : event.errors)
            codes.push_back(row(error.code).name);
        return codes;
    }

    void schemas()
    {
        std::vector<const Object*> objects;
        for (const auto& event : events_.rows)
            for (const auto* reply : {&event.payload, &event.ack})
                if (reply->object != nullptr)
                    collect(objects, *reply->object);
        const auto is_request = [&](const Object* object) {
            return std::ranges::any_of(events_.rows, [&](const Event& event) {
                return event.sender == Sender::client && event.payload.object == object;
            });
        };
        json_.member(events_.auth.name, [&] { schemas_.object(events_.auth, Use::request); });
        for (const auto* object : objects)
            json_.member(object->name, [&] {
                schemas_.object(*object, is_request(object) ? Use::request : Use::reply);
            });
        json_.member("FieldError", [&] { schemas_.field_error(); });
    }

    const Events& events_;
    std::string_view version_;
    JsonWriter json_;
    SchemaWriter schemas_;
};

}  // namespace

std::string asyncapi(const Events& events, const Limits& limits, std::string_view version)
{
    return Writer(events, limits, version).write();
}

}  // namespace wgw::docs
