// HTTP requests: the bytes in any pieces give the same requests, and the same as a small reader of the whole stream.

#include "codec/http_request.hpp"

#include "fuzz/fuzz.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace wgw;

struct Bounds {
    HttpLimits head;
    std::size_t body;
};

/// What a server makes of a stream: requests, where each ends, and what is wrong with the next one.
struct Seen {
    std::vector<HttpRequest> requests;
    std::vector<std::size_t> ends;
    HttpError error = HttpError::none;
};

bool same(const HttpRequest& a, const HttpRequest& b)
{
    return a.method == b.method && a.target == b.target && a.minor == b.minor && a.headers == b.headers &&
           a.body == b.body && a.keep_alive == b.keep_alive && a.expects_continue == b.expects_continue;
}

bool same(const Seen& a, const Seen& b)
{
    return a.error == b.error && a.ends == b.ends &&
           std::ranges::equal(a.requests, b.requests, [](const auto& x, const auto& y) { return same(x, y); });
}

/// `cut` says how long the next piece is.
Seen parse(std::string_view bytes, const Bounds& bounds, auto&& cut)
{
    HttpParser parser(bounds.head);
    Seen seen;
    std::size_t at = 0;
    while (at < bytes.size()) {
        const std::vector<char> copy(
            bytes.begin() + static_cast<std::ptrdiff_t>(at),
            bytes.begin() + static_cast<std::ptrdiff_t>(at + std::min(cut(), bytes.size() - at))
        );
        for (std::string_view piece(copy.data(), copy.size()); !piece.empty();) {
            const auto taken = parser.feed(piece);
            fuzz::require(taken > 0, "each call goes on");
            piece.remove_prefix(taken);
            at += taken;
            if (parser.state() == HttpParser::State::head)
                parser.body_limit(bounds.body);
            if (parser.state() == HttpParser::State::complete) {
                seen.requests.push_back(parser.take());
                seen.ends.push_back(at);
            }
            if (parser.state() == HttpParser::State::failed) {
                seen.error = parser.error();
                return seen;
            }
        }
    }
    return seen;
}

/// RFC 9112 as this server reads it, over a stream that is there as a whole. Nothing: the rest is still to come.
class Reader {
public:
    Reader(std::string_view bytes, const Bounds& bounds) : bytes_(bytes), bounds_(bounds) {}

    Seen read()
    {
        Seen seen;
        while (const auto request = next()) {
            seen.requests.push_back(*request);
            seen.ends.push_back(at_);
        }
        seen.error = error_;
        return seen;
    }

private:
    std::optional<HttpRequest> next()
    {
        HttpRequest request;
        head_ = 0;
        auto line = head_line();
        for (; line && line->empty(); line = head_line())
            if (head_ > 8)
                return wrong(HttpError::bad_request);
        if (!line || !request_line(*line, request))
            return {};
        while ((line = head_line()) && !line->empty())
            if (!field(*line, request))
                return {};
        if (!line)
            return {};
        return body(request);
    }

    std::nullopt_t wrong(HttpError error)
    {
        error_ = error;
        return std::nullopt;
    }

    /// Up to CRLF, of at most `longest` bytes with or without them. Its end is the first thing that may be wrong.
    std::optional<std::string_view> line(std::size_t longest, bool counts_its_end, HttpError too_long)
    {
        const std::size_t end_bytes = counts_its_end ? 2 : 0;
        const auto rest = bytes_.substr(at_);
        for (std::size_t i = 0; i < rest.size(); ++i) {
            if (rest[i] == '\n' && (i == 0 || rest[i - 1] != '\r'))
                return wrong(HttpError::bad_request);
            if (rest[i] != '\n' && i > 0 && rest[i - 1] == '\r')
                return wrong(HttpError::bad_request);
            const bool complete = rest[i] == '\n';
            const std::size_t text = complete ? i - 1 : rest[i] == '\r' && !counts_its_end ? i : i + 1;
            if (text + (complete ? end_bytes : 0) > longest)
                return wrong(too_long);
            if (complete) {
                at_ += i + 1;
                return rest.substr(0, i - 1);
            }
        }
        return std::nullopt;
    }

    std::optional<std::string_view> head_line()
    {
        const auto found = line(bounds_.head.header_bytes - head_, true, HttpError::header_too_large);
        if (found)
            head_ += found->size() + 2;
        return found;
    }

    bool request_line(std::string_view line, HttpRequest& request)
    {
        const auto spaces = std::ranges::count(line, ' ');
        const auto first = line.find(' ');
        const auto last = line.rfind(' ');
        if (spaces != 2 || !is_clean(line, "") || !knows(line.substr(0, first)))
            return wrong(HttpError::bad_request), false;
        request.method = line.substr(0, first);
        request.target = line.substr(first + 1, last - first - 1);
        const auto version = line.substr(last + 1);
        const std::string target = lower(request.target);
        const auto host = target.starts_with("http://") ? 7U : target.starts_with("https://") ? 8U : target.size();
        const bool has_host = host < target.size() && target[host] != '/' && target[host] != '?' && target[host] != '#';
        if ((version != "HTTP/1.0" && version != "HTTP/1.1") || (target[0] != '/' && target != "*" && !has_host))
            return wrong(HttpError::bad_request), false;
        request.minor = version.back() - '0';
        length_.reset();
        chunked_ = false;
        hosts_ = 0;
        return true;
    }

    /// The list of methods is the parser's; that it takes no others as words of a line is what counts here.
    static bool knows(std::string_view method)
    {
        HttpParser parser;
        parser.feed(std::string(method) + " / HTTP/1.0\r\n");
        const bool known = parser.state() == HttpParser::State::headers;
        fuzz::require(!known || is_token(method), "a method is a token");
        return known;
    }

    bool field(std::string_view line, HttpRequest& request)
    {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
            return wrong(HttpError::bad_request), false;
        const auto name = lower(line.substr(0, colon));
        auto value = std::string(line.substr(colon + 1));
        value.erase(0, std::min(value.find_first_not_of(" \t"), value.size()));
        value.erase(value.find_last_not_of(" \t") + 1);
        if (!is_clean(value, "\t"))
            return wrong(HttpError::bad_request), false;
        if (request.headers.size() + 1 > bounds_.head.header_fields)
            return wrong(HttpError::header_too_large), false;
        if (name == "host") {
            ++hosts_;
            constexpr std::string_view kHost = "abcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=%:[]";
            if (lower(value).find_first_not_of(kHost) != std::string::npos)
                return wrong(HttpError::bad_request), false;
        }
        if (name == "content-length") {
            const bool digits = value.find_first_not_of("0123456789") == std::string::npos;
            if (length_ || value.empty() || value.size() > 18 || !digits)
                return wrong(HttpError::bad_request), false;
            length_ = std::stoull(value);
        }
        if (name == "transfer-encoding") {
            if (chunked_ || lower(value) != "chunked")
                return wrong(HttpError::bad_request), false;
            chunked_ = true;
        }
        request.headers.emplace_back(name, value);
        return true;
    }

    std::optional<HttpRequest> body(HttpRequest& request)
    {
        if (hosts_ > 1 || (chunked_ && length_) || (chunked_ && request.minor == 0))
            return wrong(HttpError::bad_request);
        if (hosts_ == 0 && request.minor == 1)
            return wrong(HttpError::missing_host);
        request.keep_alive = request.minor == 1;
        bool expected = false;
        for (const auto& [name, value] : request.headers) {
            if (name == "connection" && has_word(value, "close"))
                request.keep_alive = false;
            if (name == "expect" && !std::exchange(expected, true))
                request.expects_continue = request.minor == 1 && lower(value) == "100-continue";
        }
        if (chunked_)
            return chunks(request);
        if (length_.value_or(0) > bounds_.body)
            return wrong(HttpError::body_too_large);
        if (length_.value_or(0) > bytes_.size() - at_)
            return {};
        request.body = bytes_.substr(at_, length_.value_or(0));
        at_ += request.body.size();
        return request;
    }

    std::optional<HttpRequest> chunks(HttpRequest& request)
    {
        while (true) {
            const auto head = line(256, false, HttpError::bad_request);
            if (!head)
                return {};
            const auto digits = head->substr(0, head->find(';'));
            const bool hex = digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
            if (digits.empty() || digits.size() > 15 || !hex || !is_clean(*head, "\t"))
                return wrong(HttpError::bad_request);
            const auto size = std::stoull(std::string(digits), nullptr, 16);
            if (size == 0)
                break;
            if (size > bounds_.body - request.body.size())
                return wrong(HttpError::body_too_large);
            if (size > bytes_.size() - at_)
                return {};
            request.body += bytes_.substr(at_, size);
            at_ += size;
            const auto end = line(256, false, HttpError::bad_request);
            if (!end)
                return {};
            if (!end->empty())
                return wrong(HttpError::bad_request);
        }
        while (true) {
            const auto trailer = line(8'192, false, HttpError::bad_request);
            if (!trailer)
                return {};
            if (trailer->empty())
                return request;
            head_ += trailer->size() + 2;
            if (!is_token(trailer->substr(0, trailer->find(':'))) || !trailer->contains(':') ||
                head_ > bounds_.head.header_bytes + 8'192)
                return wrong(HttpError::bad_request);
        }
    }

    static bool is_clean(std::string_view text, std::string_view allowed)
    {
        return std::ranges::all_of(text, [allowed](char c) {
            return (static_cast<unsigned char>(c) > 31 && c != 127) || allowed.contains(c);
        });
    }

    static bool is_token(std::string_view text)
    {
        constexpr std::string_view kNone = "\"(),/:;<=>?@[\\]{}";
        return !text.empty() &&
               std::ranges::all_of(text, [kNone](char c) { return c > 32 && c < 127 && !kNone.contains(c); });
    }

    static bool has_word(std::string_view list, std::string_view word)
    {
        std::string item;
        for (const char c : std::string(list) + ",") {
            if (c != ',') {
                item += c;
                continue;
            }
            item.erase(0, std::min(item.find_first_not_of(" \t"), item.size()));
            item.erase(item.find_last_not_of(" \t") + 1);
            if (lower(item) == word)
                return true;
            item.clear();
        }
        return false;
    }

    static std::string lower(std::string_view text)
    {
        std::string out(text);
        for (char& c : out)
            c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        return out;
    }

    std::string_view bytes_;
    Bounds bounds_;
    std::size_t at_ = 0;
    std::size_t head_ = 0;
    HttpError error_ = HttpError::none;
    std::optional<std::uint64_t> length_;
    bool chunked_ = false;
    int hosts_ = 0;
};

/// What a proxy that has understood the request would send on.
std::string written(const HttpRequest& request)
{
    std::string out = request.method + " " + request.target + " HTTP/1." + std::to_string(request.minor) + "\r\n";
    for (const auto& [name, value] : request.headers)
        out += name + ": " + value + "\r\n";
    out += "\r\n";
    if (!request.header("transfer-encoding"))
        return out + request.body;
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", request.body.size());
    return out + (request.body.empty() ? "" : size + request.body + "\r\n") + "0\r\n\r\n";
}

void check(const HttpRequest& request)
{
    const auto path = request.path();
    const auto query = request.query();
    const auto mark = request.target.find('?');
    fuzz::require(path.starts_with('/') || path == "*", "a path is one");
    fuzz::require(
        !path.contains('?') && (mark != std::string::npos || query.empty()), "and ends where the query begins"
    );
    const auto in_front = std::string_view(request.target).substr(0, mark);
    fuzz::require(path == "/" || in_front.ends_with(path), "it is a part of the target");
    if (request.wants_upgrade())
        fuzz::require(request.header("upgrade") && request.header("connection"), "an upgrade says so twice");

    const Bounds wide{
        .head = {.header_bytes = 65'536, .header_fields = 1'000},
          .body = 65'536
    };
    const auto text = written(request);
    const auto again = parse(text, wide, [&] { return text.size(); });
    fuzz::require(
        again.requests.size() == 1 && same(again.requests[0], request), "what is written is the same request"
    );
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    fuzz::Choices choices(fuzz::input(bytes, size));
    const auto head_bytes = choices.pick(256);
    const auto head_fields = choices.pick(16);
    const auto body = choices.pick(256);
    std::uint32_t state = choices.pick(256);
    const Bounds bounds{
        .head = {.header_bytes = std::size_t{16} * head_bytes, .header_fields = head_fields},
          .body = body
    };
    const auto stream = choices.rest();
    const auto whole = parse(stream, bounds, [&] { return stream.size(); });
    fuzz::require(same(parse(stream, bounds, [] { return std::size_t{1}; }), whole), "byte by byte it is the same");
    const auto cut = [&state] {
        state = state * 1'664'525 + 1'013'904'223;
        return std::size_t{1} + (state >> 24) % 23;
    };
    fuzz::require(same(parse(stream, bounds, cut), whole), "in pieces it is the same");
    fuzz::require(same(Reader(stream, bounds).read(), whole), "and what the rules say");
    for (const auto& request : whole.requests)
        check(request);
    return 0;
}
