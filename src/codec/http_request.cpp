#include "codec/http_request.hpp"

#include "base/ascii.hpp"
#include "codec/http_field.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace wgw {
namespace {

constexpr std::size_t kLongestChunkLine = 256;  // size and extensions, which nobody uses
constexpr std::size_t kTrailerBytes = 8'192;

/// What Node's parser knows; anything else is no HTTP to it.
constexpr std::array<std::string_view, 34> kMethods{
    "ACL",    "BIND",      "CHECKOUT", "CONNECT",    "COPY",       "DELETE", "GET",         "HEAD",   "LINK",
    "LOCK",   "M-SEARCH",  "MERGE",    "MKACTIVITY", "MKCALENDAR", "MKCOL",  "MOVE",        "NOTIFY", "OPTIONS",
    "PATCH",  "POST",      "PROPFIND", "PROPPATCH",  "PURGE",      "PUT",    "REBIND",      "REPORT", "SEARCH",
    "SOURCE", "SUBSCRIBE", "TRACE",    "UNBIND",     "UNLINK",     "UNLOCK", "UNSUBSCRIBE",
};

bool is_control(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

/// Whether the list of tokens `text` has `wanted` (lower case) among it.
bool lists(std::string_view text, std::string_view wanted)
{
    while (true) {
        const auto comma = text.find(',');
        if (lower(trim_field(text.substr(0, comma))) == wanted)
            return true;
        if (comma == std::string_view::npos)
            return false;
        text.remove_prefix(comma + 1);
    }
}

/// A path, a URL of http or https with a host, or the asterisk. Anything else would be read as a path by guessing.
bool is_target(std::string_view text)
{
    if (std::ranges::any_of(text, [](char c) { return is_control(c) || c == ' '; }))
        return false;
    if (text.starts_with('/') || text == "*")
        return true;
    const auto end = text.find("://");
    if (end == std::string_view::npos)
        return false;
    const auto scheme = lower(text.substr(0, end));
    const auto host = text.substr(end + 3);
    return (scheme == "http" || scheme == "https") && !host.empty() && !std::string_view("/?#").contains(host.front());
}

/// A host and perhaps a port, in their characters; empty where the target names none.
bool is_host(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-._~%!$&'()*+,;=:[]").contains(c);
    });
}

/// Digits only, and below 2^63.
std::optional<std::uint64_t> parse_length(std::string_view text, unsigned base)
{
    if (text.empty() || text.size() > (base == 16 ? 15 : 18))
        return {};
    std::uint64_t value = 0;
    for (const char c : text) {
        const int digit = hex_digit(c);
        if (digit < 0 || static_cast<unsigned>(digit) >= base)
            return {};
        value = value * base + static_cast<unsigned>(digit);
    }
    return value;
}

}  // namespace

std::optional<std::string_view> HttpRequest::header(std::string_view name) const
{
    for (const auto& [known, value] : headers)
        if (known == name)
            return value;
    return {};
}

bool HttpRequest::lists_token(std::string_view name, std::string_view token) const
{
    return std::ranges::any_of(headers, [&](const auto& header) {
        return header.first == name && lists(header.second, token);
    });
}

std::string_view HttpRequest::path() const
{
    std::string_view rest = target;
    if (const auto scheme = rest.find("://"); !rest.starts_with('/') && scheme != std::string_view::npos) {
        rest.remove_prefix(scheme + 3);
        const auto slash = rest.find_first_of("/?");
        rest = slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
    }
    rest = rest.substr(0, rest.find('?'));
    return rest.empty() ? std::string_view("/") : rest;
}

std::string_view HttpRequest::query() const
{
    const auto mark = target.find('?');
    return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

bool HttpRequest::wants_upgrade() const
{
    return header("upgrade").has_value() && lists_token("connection", "upgrade");
}

void HttpParser::fail(HttpError error)
{
    state_ = State::failed;
    error_ = error;
}

/// Moves bytes into line_ up to the end of the line. True: a whole line is there, without its CRLF.
bool HttpParser::take_line(std::string_view& bytes)
{
    const auto end = bytes.find('\n');
    const auto part = bytes.substr(0, end == std::string_view::npos ? end : end + 1);
    // Only the last byte of what is there may be a carriage return: no byte is looked at twice, in whatever pieces.
    const auto stray = line_.ends_with('\r') ? line_.size() - 1 : line_.size() + std::min(part.find('\r'), part.size());
    line_ += part;
    bytes.remove_prefix(part.size());
    const bool complete = end != std::string_view::npos;
    if (complete && line_.ends_with("\r\n")) {
        line_.resize(line_.size() - 2);
        if (stray == line_.size())
            return true;
        fail(HttpError::bad_request);  // a carriage return inside of the line
    } else if (complete || stray + 1 < line_.size()) {
        fail(HttpError::bad_request);  // ends with a line feed alone, or goes on behind a carriage return
    }
    return false;
}

std::size_t HttpParser::feed(std::string_view bytes)
{
    std::string_view rest = bytes;
    while (!rest.empty() && (state_ == State::start || state_ == State::headers)) {
        // The bound is looked at before anything is kept.
        const std::size_t room = limits_.header_bytes - header_bytes_ - line_.size();
        const std::size_t before = rest.size();
        std::string_view piece = rest.substr(0, room + 1);
        const bool complete = take_line(piece);
        rest.remove_prefix(std::min(before, room + 1) - piece.size());
        if (state_ == State::failed)
            break;
        if (header_bytes_ + line_.size() + (complete ? 2 : 0) > limits_.header_bytes) {
            fail(HttpError::header_too_large);
            break;
        }
        if (!complete)
            continue;
        header_bytes_ += line_.size() + 2;
        if (state_ == State::start)
            on_request_line();
        else if (line_.empty())
            on_end_of_head();
        else
            on_field();
        line_.clear();
    }
    if (state_ == State::body)
        rest.remove_prefix(feed_body(rest));
    return bytes.size() - rest.size();
}

void HttpParser::on_request_line()
{
    // An empty line in front of a request is allowed (RFC 9112 §2.2); a bound keeps it from going on for ever.
    if (line_.empty()) {
        if (header_bytes_ > 8)
            fail(HttpError::bad_request);
        return;
    }
    const std::string_view line = line_;
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return fail(HttpError::bad_request);
    const auto method = line.substr(0, first);
    const auto target = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);
    const bool known =
        std::ranges::find(kMethods, method) != kMethods.end() && (version == "HTTP/1.1" || version == "HTTP/1.0");
    if (!known || !is_target(target))
        return fail(HttpError::bad_request);
    request_.method = method;
    request_.target = target;
    request_.minor = version == "HTTP/1.1" ? 1 : 0;
    state_ = State::headers;
}

void HttpParser::on_field()
{
    const std::string_view line = line_;
    const auto colon = line.find(':');
    // A name is a token: that refuses folded lines, and white space in front of the colon.
    if (colon == std::string_view::npos || !is_http_token(line.substr(0, colon)))
        return fail(HttpError::bad_request);
    const auto value = trim_field(line.substr(colon + 1));
    if (std::ranges::any_of(value, [](char c) { return is_control(c) && c != '\t'; }))
        return fail(HttpError::bad_request);
    if (request_.headers.size() == limits_.header_fields)
        return fail(HttpError::header_too_large);
    std::string name = lower(line.substr(0, colon));
    if (name == "content-length") {
        if (length_)
            return fail(HttpError::bad_request);
        length_ = parse_length(value, 10);
        if (!length_)
            return fail(HttpError::bad_request);
    } else if (name == "transfer-encoding") {
        if (chunked_ || lower(value) != "chunked")
            return fail(HttpError::bad_request);
        chunked_ = true;
    } else if (name == "host") {
        ++hosts_;
        if (!is_host(value))
            return fail(HttpError::bad_request);
    }
    request_.headers.emplace_back(std::move(name), value);
}

void HttpParser::on_end_of_head()
{
    if (hosts_ > 1 || (chunked_ && (length_ || request_.minor == 0)))
        return fail(HttpError::bad_request);
    if (hosts_ == 0 && request_.minor == 1)
        return fail(HttpError::missing_host);
    // Contract §3.2: HTTP/1.0 is answered with `Connection: close`, whatever it asks for.
    request_.keep_alive = request_.minor == 1 && !request_.lists_token("connection", "close");
    request_.expects_continue = request_.minor == 1 && lower(request_.header("expect").value_or("")) == "100-continue";
    state_ = State::head;
}

void HttpParser::body_limit(std::size_t bytes)
{
    assert(state_ == State::head);
    body_limit_ = bytes;
    left_ = length_.value_or(0);
    part_ = chunked_ ? Part::chunk_size : Part::fixed;
    if (left_ > body_limit_)
        return fail(HttpError::body_too_large);
    state_ = !chunked_ && left_ == 0 ? State::complete : State::body;
}

std::size_t HttpParser::feed_body(std::string_view bytes)
{
    std::string_view rest = bytes;
    while (!rest.empty() && state_ == State::body) {
        if (part_ == Part::fixed || part_ == Part::chunk_data) {
            const auto piece = rest.substr(0, left_);
            request_.body += piece;
            rest.remove_prefix(piece.size());
            left_ -= piece.size();
            if (left_ > 0)
                continue;
            if (part_ == Part::fixed)
                state_ = State::complete;
            part_ = Part::chunk_end;
            continue;
        }
        const bool complete = take_line(rest);
        if (state_ == State::failed)
            break;
        const std::size_t longest = part_ == Part::trailer ? kTrailerBytes : kLongestChunkLine;
        if (line_.size() - (line_.ends_with('\r') ? 1 : 0) > longest) {  // its line end may be there in part
            fail(HttpError::bad_request);
            break;
        }
        if (!complete)
            continue;
        if (part_ == Part::chunk_size) {
            on_chunk_size();
        } else if (part_ == Part::chunk_end) {
            if (!line_.empty())
                fail(HttpError::bad_request);
            part_ = Part::chunk_size;
        } else if (line_.empty()) {
            state_ = State::complete;
        } else {
            // Trailers are dropped: nothing may get into the header block behind the back of whoever checked it.
            header_bytes_ += line_.size() + 2;
            const auto colon = line_.find(':');
            if (colon == std::string::npos || !is_http_token(std::string_view(line_).substr(0, colon)) ||
                header_bytes_ > limits_.header_bytes + kTrailerBytes)
                fail(HttpError::bad_request);
        }
        line_.clear();
    }
    return bytes.size() - rest.size();
}

void HttpParser::on_chunk_size()
{
    const std::string_view line = line_;
    const auto semicolon = line.find(';');
    const auto size = parse_length(line.substr(0, semicolon), 16);
    const bool plain = std::ranges::none_of(line, [](char c) { return is_control(c) && c != '\t'; });
    if (!size || !plain)
        return fail(HttpError::bad_request);
    if (*size > body_limit_ - request_.body.size())
        return fail(HttpError::body_too_large);
    left_ = *size;
    part_ = *size == 0 ? Part::trailer : Part::chunk_data;
}

HttpRequest HttpParser::take()
{
    assert(state_ == State::complete);
    HttpRequest taken = std::move(request_);
    *this = HttpParser(limits_);
    return taken;
}

}  // namespace wgw
