#include "docs/events_page.hpp"

#include "docs/schema.hpp"

namespace wgw::docs {
namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>WeGoWhere Chat: events</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/events.css">
</head>
<body>
<main>
)";

constexpr std::string_view kConnecting = R"(<h2 id="connecting">Connecting</h2>
<p>Socket.IO 4 at <code>/socket.io/</code>, namespace <code>/</code>, by WebSocket or HTTP long polling. Any client of Socket.IO 4
works; the browser's comes from <code>/socket.io/socket.io.js</code>.</p>
<pre><code>const socket = io(&#39;http://localhost:3000&#39;, { auth: { token: access } });
socket.on(&#39;chat.message.receive&#39;, (message) =&gt; console.log(message.user?.username, message.content));
const reply = await socket.emitWithAck(&#39;chat.message.send&#39;, { room_id, content: &#39;hello&#39;, client_msg_id: &#39;my-key-1&#39; });
</code></pre>
<ul>
<li><code>auth.token</code> is checked at once: a bad one is <code>connect_error</code>, with the envelope of a failure in its
<code>data</code>.</li>
<li>A header <code>Authorization</code> of the handshake is checked on each event instead.</li>
<li>Without a token a client may connect, and hears of no room.</li>
<li>With one it hears of all rooms that its user is a member of, also of those that are joined later.</li>
<li>When the token expires, the socket stays open, hears of no room any more, and its events fail.</li>
</ul>
<p>What CONNECT may bring as <code>auth</code>:</p>
)";

constexpr std::string_view kAcks = R"(<h2 id="acks">Acks and failures</h2>
<p>An event has one argument, an object. Whoever asks for an ack gets exactly one, the envelope that REST answers with too:
<code>{success, timestamp, data}</code>. If it failed, <code>data</code> is <code>{message, code, request_id,
retry_after_ms}</code>, or the list of the fields that are wrong. Codes of 4xx: nothing was stored. Codes of 5xx, or no ack:
unknown; repeat the send with the same <code>client_msg_id</code>, and it is stored once. An event that is not in this list is
ignored, unless it asks for an ack: then that says <code>not_found</code>.</p>
)";

class Page {
public:
    Page(const Events& events, const Limits& limits, std::string_view version)
        : events_(events), limits_(limits), version_(version)
    {
    }

    std::string write()
    {
        out_ = kHead;
        out_ += "<h1>What happens live <small>WeGoWhere Chat ";
        text(version_);
        out_ +=
            "</small></h1>\n<p>The events of the socket. For programs: <a href=\"/asyncapi.json\">asyncapi.json</a>. "
            "REST: <a href=\"/docs\">/docs</a>.</p>\n<nav><ul>\n";
        for (const auto& event : events_.rows) {
            out_ += "<li>";
            link(event);
            out_ += ": ";
            words(event.summary);
            out_ += "</li>\n";
        }
        out_ += "</ul></nav>\n";
        out_ += kConnecting;
        fields(events_.auth, Use::request);
        out_ += kAcks;
        for (const auto sender : {Sender::client, Sender::server}) {
            out_ += sender == Sender::client ? "<h2>A client sends</h2>\n" : "<h2>The server sends</h2>\n";
            for (const auto& event : events_.rows)
                if (event.sender == sender)
                    section(event);
        }
        out_ += "</main>\n</body>\n</html>\n";
        return std::move(out_);
    }

private:
    void text(std::string_view text)
    {
        for (const char c : text) {
            switch (c) {
            case '&':
                out_ += "&amp;";
                break;
            case '<':
                out_ += "&lt;";
                break;
            case '>':
                out_ += "&gt;";
                break;
            case '"':
                out_ += "&quot;";
                break;
            default:
                out_ += c;
            }
        }
    }

    /// Words in which `code` stands between back quotes.
    void words(std::string_view sentence)
    {
        bool code = false;
        while (true) {
            const auto quote = sentence.find('`');
            text(sentence.substr(0, quote));
            if (quote == std::string_view::npos)
                break;
            out_ += code ? "</code>" : "<code>";
            code = !code;
            sentence.remove_prefix(quote + 1);
        }
    }

    void paragraph(std::string_view sentence)
    {
        out_ += "<p>";
        words(sentence);
        out_ += "</p>\n";
    }

    void code(std::string_view name)
    {
        out_ += "<code>";
        text(name);
        out_ += "</code>";
    }

    void link(const Event& event)
    {
        out_ += "<a href=\"#";
        text(event.name);
        out_ += "\">";
        code(event.name);
        out_ += "</a>";
    }

    void section(const Event& event)
    {
        out_ += "<h3 id=\"";
        text(event.name);
        out_ += "\">";
        code(event.name);
        out_ += "</h3>\n";
        paragraph(event.summary);
        if (!event.more.empty())
            paragraph(event.more);
        if (event.payload.shape == Reply::Shape::failure)
            paragraph("`{message, code, request_id, retry_after_ms}`, or the list of the fields that are wrong.");
        if (event.payload.object != nullptr) {
            fields(*event.payload.object, event.sender == Sender::client ? Use::request : Use::reply);
            example(*event.payload.object);
        }
        if (event.ack.object != nullptr) {
            paragraph("The ack's `data`:");
            fields(*event.ack.object, Use::reply);
            example(*event.ack.object);
        }
        codes(event);
    }

    void fields(const Object& object, Use use)
    {
        out_ += "<table>\n<thead><tr><th>field</th><th>type</th><th>meaning</th></tr></thead>\n<tbody>\n";
        rows(object, use, {});
        out_ += "</tbody>\n</table>\n";
    }

    void rows(const Object& object, Use use, const std::string& inside)
    {
        for (const auto& row : object.rows) {
            const std::string name = inside + std::string(row.name);
            const auto* detail = object.detail(row.name);
            out_ += "<tr><td><code>";
            text(name);
            out_ += "</code></td><td>";
            out_ += type_of(row);
            out_ += use == Use::request ? (row.nullable || row.rule.optional ? ", may be left out" : "")
                    : row.rule.left_out ? ", may be left out"
                    : row.nullable      ? " or null"
                                        : "";
            out_ += "</td><td>";
            words(row.sentence);
            if (use == Use::request && row.rule.max)
                out_ += " At most " + std::to_string(row.rule.max.in(limits_)) + " characters.";
            if (use == Use::request && row.rule.key_max != 0)
                out_ += " " + std::to_string(row.rule.key_min) + " to " + std::to_string(row.rule.key_max) +
                        " of <code>A-Z a-z 0-9 . _ : -</code>";
            if (detail != nullptr && !detail->words.empty())
                out_ += " One of:";
            if (detail != nullptr)
                for (const auto word : detail->words) {
                    out_ += " <code>";
                    text(word);
                    out_ += "</code>";
                }
            out_ += "</td></tr>\n";
            if (detail != nullptr && detail->object != nullptr)
                rows(*detail->object, use, name + ".");
        }
    }

    static std::string type_of(const FieldRow& row)
    {
        constexpr const char* kNames[] = {"text", "id", "whole number", "true or false", "time", "JSON"};
        return kNames[static_cast<std::size_t>(row.type)];
    }

    void example(const Object& object)
    {
        JsonWriter json;
        write_example(json, object);
        out_ += "<pre><code>";
        text(json.text());
        out_ += "</code></pre>\n";
    }

    void codes(const Event& event)
    {
        if (event.errors.begin() == event.errors.end())
            return;
        out_ += "<table>\n<thead><tr><th>code</th><th>status in REST</th><th>when</th></tr></thead>\n<tbody>\n";
        for (const auto& error : event.errors) {
            const auto& row = wgw::row(error.code);
            out_ += "<tr><td><code>";
            out_ += row.name;
            out_ += "</code></td><td>" + std::to_string(row.status) + "</td><td>";
            text(error.sentence.empty() ? row.sentence : error.sentence);
            out_ += "</td></tr>\n";
        }
        out_ += "</tbody>\n</table>\n";
    }

    const Events& events_;
    const Limits& limits_;
    std::string_view version_;
    std::string out_;
};

}  // namespace

std::string events_page(const Events& events, const Limits& limits, std::string_view version)
{
    return Page(events, limits, version).write();
}

}  // namespace wgw::docs
