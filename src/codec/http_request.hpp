#pragma once
/// HTTP/1.1 requests: bytes in, in any pieces; requests out. Strict, because a proxy in front may read leniently and
/// two readings of the same bytes are how requests are smuggled.
///
///     HttpParser parser(limits);
///     parser.feed(bytes)            takes what belongs to the current request, and says how much that was
///     state() == head               the header block is there: look at head(), call body_limit(n), feed on
///     state() == complete           take() the request; the rest of the bytes is the next one
///     state() == failed             answer error() and close: nothing behind it can be trusted
///
/// Framing   at most one of Content-Length (digits, one field) and Transfer-Encoding (`chunked`, one field, HTTP/1.1);
///           exactly one Host (HTTP/1.0: at most one); CRLF only; no folding; trailers are read and dropped
/// Limits    header block and fields; the caller sets that of the body when it has seen the head
/// Source    RFC 9112, RFC 9110 §5; http_request_test.cpp has the 33 framings that must be told apart
/// Tests     http_request_test.cpp

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wgw {

struct HttpRequest {
    std::string method;
    std::string target;                                        ///< As sent: `/a?b`, or `http://host/a?b`.
    int minor = 1;                                             ///< HTTP/1.0 or HTTP/1.1.
    std::vector<std::pair<std::string, std::string>> headers;  ///< Names in lower case; in the order of sending.
    std::string body;
    bool keep_alive = true;
    bool expects_continue = false;
    std::string peer;  ///< The address that it came from, as in `127.0.0.1`; whoever reads it from a socket knows it.

    /// The first header of that name (lower case).
    std::optional<std::string_view> header(std::string_view name) const;

    /// Whether a list of tokens under `name` (lower case, every field of it) has `token` (lower case).
    bool lists_token(std::string_view name, std::string_view token) const;

    /// Of the target, without scheme and authority; not decoded.
    std::string_view path() const;
    std::string_view query() const;  ///< Behind the question mark.

    /// Asks for another protocol on this connection.
    bool wants_upgrade() const;
};

enum class HttpError {
    none,
    bad_request,       ///< 400
    missing_host,      ///< 400, empty
    header_too_large,  ///< 431
    body_too_large,    ///< 413
};

struct HttpLimits {
    std::size_t header_bytes = 16'384;  ///< Request line and fields.
    std::size_t header_fields = 100;
};

class HttpParser {
public:
    enum class State { start, headers, head, body, complete, failed };

    explicit HttpParser(HttpLimits limits = {}) : limits_(limits) {}

    /// Takes bytes up to the end of the head, the end of the request, or an error; returns how many.
    std::size_t feed(std::string_view bytes);

    State state() const { return state_; }
    HttpError error() const { return error_; }
    bool between_requests() const { return state_ == State::start && line_.empty(); }

    /// In state head: what the request is, without its body.
    const HttpRequest& head() const { return request_; }

    /// In state head: goes on with a body of at most `bytes`.
    void body_limit(std::size_t bytes);

    /// In state complete: the request; the parser is ready for the next.
    HttpRequest take();

private:
    enum class Part { fixed, chunk_size, chunk_data, chunk_end, trailer };

    void fail(HttpError error);
    bool take_line(std::string_view& bytes);
    void on_request_line();
    void on_field();
    void on_end_of_head();
    std::size_t feed_body(std::string_view bytes);
    void on_chunk_size();

    HttpLimits limits_;
    State state_ = State::start;
    HttpError error_ = HttpError::none;
    HttpRequest request_;
    std::string line_;  ///< The line that is being read, with its line end.
    std::size_t header_bytes_ = 0;
    std::optional<std::uint64_t> length_;
    bool chunked_ = false;
    int hosts_ = 0;
    std::size_t body_limit_ = 0;
    Part part_ = Part::fixed;
    std::uint64_t left_ = 0;  ///< Of the body, or of the chunk.
};

}  // namespace wgw
