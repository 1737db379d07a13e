#include "codec/http_request.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

namespace wgw {
namespace {

/// What a server would do with these bytes: one letter per request taken ('P' for POST, 'G' for GET), then the error.
std::string verdict(std::string_view bytes, const std::function<std::size_t(std::size_t left)>& piece)
{
    HttpParser parser;
    std::string out;
    std::size_t at = 0;
    std::string pending;
    while (at < bytes.size() || !pending.empty()) {
        if (pending.empty()) {
            const std::size_t size = piece(bytes.size() - at);
            pending = bytes.substr(at, size);
            at += size;
        }
        pending.erase(0, parser.feed(pending));
        if (parser.state() == HttpParser::State::head)
            parser.body_limit(1'000);
        if (parser.state() == HttpParser::State::complete) {
            const auto request = parser.take();
            out += request.method.front();
            if (request.header("authorization"))
                out += '!';
        }
        if (parser.state() == HttpParser::State::failed)
            return out + "x";
    }
    return out;
}

std::string whole(std::string_view bytes)
{
    return verdict(bytes, [](std::size_t left) { return left; });
}

constexpr std::string_view kNext = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";

struct Vector {
    int number;
    std::string head;  ///< Behind the request line and the usual fields.
    std::string body;
    bool accepted;
    std::string line = "POST /api/v1/chat/rooms HTTP/1.1";
    std::string fields = "Host: a\r\nContent-Type: text/plain\r\n";

    std::string bytes() const { return line + "\r\n" + fields + head + "\r\n" + body + std::string(kNext); }
    friend void PrintTo(const Vector& row, std::ostream* out) { *out << "vector " << row.number; }
};

const std::string kChunked = "5\r\nhello\r\n0\r\n\r\n";
const std::string kTe = "Transfer-Encoding: chunked\r\n";

const Vector kVectors[] = {
    {1, "Content-Length: 5\r\n", "hello", true},
    {2, "Content-Length: 15\r\n" + kTe, kChunked, false},
    {3, kTe + "Content-Length: 15\r\n", kChunked, false},
    {4, kTe, kChunked, false, "POST / HTTP/1.0"},
    {5, "Transfer-Encoding: xchunked\r\n", kChunked, false},
    {6, "Transfer-Encoding: chunked, identity\r\n", kChunked, false},
    {7, "Transfer-Encoding: gzip\r\n", "hello", false},
    {8, kTe + kTe, kChunked, false},
    {9, "Transfer-Encoding: x\r\nContent-Length: 5\r\n", "hello", false},
    {10, "Content-Length: 5\r\nContent-Length: 6\r\n", "hello", false},
    {11, "Content-Length: 5\r\nContent-Length: 5\r\n", "hello", false},
    {12, "Content-Length: 5, 5\r\n", "hello", false},
    {13, "Content-Length: +5\r\n", "hello", false},
    {14, "Content-Length: 0x5\r\n", "hello", false},
    {15, "Content-Length: 18446744073709551621\r\n", "hello", false},
    {16, "Content-Length : 5\r\n", "hello", false},
    {17, "X: a\r\n Transfer-Encoding: chunked\r\n", kChunked, false},
    {18, "Content-Length: 5\n", "hello", false},
    {19, "X: a\rb\r\nContent-Length: 5\r\n", "hello", false},
    {20, std::string("X: a\0b\r\nContent-Length: 5\r\n", 27), "hello", false},
    {21, "X\x01: a\r\nContent-Length: 5\r\n", "hello", false},
    {22, kTe, "10000000000000005\r\nhello\r\n0\r\n\r\n", false},
    {23, kTe, "0x5\r\nhello\r\n0\r\n\r\n", false},
    {24, kTe, "5 \r\nhello\r\n0\r\n\r\n", false},
    {25, kTe, "5\r\nhelloXX0\r\n\r\n", false},
    {26, kTe, "5;a\nb\r\nhello\r\n0\r\n\r\n", false},
    {27, kTe, "5\nhello\n0\n\n", false},
    {28, "Content-Length: 5\r\n", "hello", false, "POST / HTTP/1.1", "Content-Type: text/plain\r\n"},
    {29, "Host: b\r\nContent-Length: 5\r\n", "hello", false},
    {30, kTe, "5\r\nhello\r\n0\r\nContent-Length: 99\r\n\r\n", true},
    {31, kTe, "5\r\nhello\r\n0\r\nAuthorization: Bearer x\r\n\r\n", true},
    {32, "Content-Length: 5\r\n", "hello", false, "POST / HTTP/1.2"},
    {33, "Content-Length: 5\r\n", "hello", false, "POST / HTTP/2.0"},
};

class AFramingVector : public testing::TestWithParam<Vector> {};

TEST_P(AFramingVector, IsAcceptedWithTheRequestBehindItOrRefusedAlone)
{
    EXPECT_EQ(whole(GetParam().bytes()), GetParam().accepted ? "PG" : "x");
}

TEST_P(AFramingVector, IsJudgedTheSameByteByByte)
{
    EXPECT_EQ(verdict(GetParam().bytes(), [](std::size_t) { return 1; }), whole(GetParam().bytes()));
}

TEST_P(AFramingVector, IsJudgedTheSameInRandomPieces)
{
    std::mt19937 random(static_cast<unsigned>(GetParam().number));
    for (int round = 0; round < 200; ++round) {
        const auto piece = [&](std::size_t left) { return 1 + random() % std::min<std::size_t>(left, 9); };
        ASSERT_EQ(verdict(GetParam().bytes(), piece), whole(GetParam().bytes()));
    }
}

INSTANTIATE_TEST_SUITE_P(Table, AFramingVector, testing::ValuesIn(kVectors), [](const auto& row) {
    return "vector_" + std::to_string(row.param.number);
});

struct Stream {
    std::string_view name;
    std::string bytes;
    std::string verdict;
};

TEST(AStream, IsJudgedTheSameWholeAndInWhateverPieces)
{
    const std::string get(kNext);
    const std::string post = "POST /p HTTP/1.1\r\nHost: a\r\n";
    const std::string chunks = post + kTe + "\r\n";
    const Stream rows[] = {
        {"pipelined", get + get + get, "GGG"},
        {"an empty line in front", "\r\n" + get, "G"},
        {"a body on GET", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + get, "GG"},
        {"length zero", post + "Content-Length: 0\r\n\r\n" + get, "PG"},
        {"no chunks", chunks + "0\r\n\r\n" + get, "PG"},
        {"several zeros", chunks + "1\r\na\r\n000\r\n\r\n" + get, "PG"},
        {"no chunk size", chunks + "\r\n", "x"},
        {"a negative chunk size", chunks + "-1\r\n", "x"},
        {"a chunk over the limit", chunks + "3e9\r\n", "x"},
        {"a chunk longer than said", chunks + "1\r\nab\r\n", "x"},
        {"CR in an extension", chunks + "1;a\rb\r\n", "x"},
        {"a long extension", chunks + "1;" + std::string(254, 'x') + "\r\na\r\n0\r\n\r\n" + get, "PG"},
        {"a too long extension", chunks + "1;" + std::string(300, 'x') + "\r\n", "x"},
        {"a trailer that is no field", chunks + "0\r\nno field\r\n\r\n", "x"},
        {"a folded trailer", chunks + "0\r\nX: y\r\n z\r\n\r\n", "x"},
        {"endless trailers", chunks + "0\r\nX: " + std::string(16'384, 'x') + "\r\n\r\n", "x"},
        {"CR at the end of a value", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\r\n\r\n", "x"},
        {"CR in the request line", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", "x"},
        {"a host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "x"},
        {"a host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "x"},
        {"a host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "x"},
        {"a host of IPv6 with a port", "GET / HTTP/1.1\r\nHost: [::1]:3000\r\n\r\n", "G"},
        {"an empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "G"},
        {"no field name", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", "x"},
        {"an endless line", std::string(20'000, 'G'), "x"},
    };
    std::mt19937 random(3);
    for (const auto& row : rows) {
        EXPECT_EQ(whole(row.bytes), row.verdict) << row.name;
        EXPECT_EQ(verdict(row.bytes, [](std::size_t) { return 1; }), row.verdict) << row.name;
        for (int round = 0; round < 20; ++round)
            EXPECT_EQ(verdict(row.bytes, [&](std::size_t) { return 1 + random() % 30; }), row.verdict) << row.name;
    }
}

HttpParser parsed(std::string_view bytes)
{
    HttpParser parser;
    parser.feed(bytes);
    return parser;
}

TEST(ARequest, HasItsParts)
{
    HttpParser parser;
    parser.feed("POST /a/b?c=d HTTP/1.1\r\nHost: x\r\nX-Thing:  one two \r\nx-thing: three\r\nContent-Length: 2\r\n\r\n"
    );
    ASSERT_EQ(parser.state(), HttpParser::State::head);
    parser.body_limit(2);
    EXPECT_EQ(parser.feed("{}rest"), 2U);
    ASSERT_EQ(parser.state(), HttpParser::State::complete);
    const auto request = parser.take();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path(), "/a/b");
    EXPECT_EQ(request.query(), "c=d");
    EXPECT_EQ(request.header("x-thing"), "one two");
    EXPECT_EQ(request.body, "{}");
    EXPECT_TRUE(request.keep_alive);
    EXPECT_TRUE(parser.between_requests());
}

TEST(ARequest, MayHaveAnAbsoluteTarget)
{
    const auto parser = parsed("GET http://x/health?a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(parser.head().path(), "/health");
    EXPECT_EQ(parser.head().query(), "a");
    EXPECT_EQ(parsed("GET http://x HTTP/1.1\r\nHost: x\r\n\r\n").head().path(), "/");
}

TEST(ATarget, ThatIsNeitherAPathNorAUrlIsRefused)
{
    const auto error = [](std::string_view target) {
        return parsed("GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n").error();
    };
    for (const auto* good : {"/", "//health", "/a?u=http://h/b", "*", "http://h", "HTTPS://h:80/?a", "/\xc3\xa9"})
        EXPECT_EQ(error(good), HttpError::none) << good;
    for (const auto* bad :
         {"health", "x?http://h/admin", "ftp://h/", "http:///a", "http://", "://h/", "h:443", "/\x7f"})
        EXPECT_EQ(error(bad), HttpError::bad_request) << bad;
}

TEST(AConnection, ListensToEachOfItsConnectionFields)
{
    const std::string start = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: x\r\nConnection: ";
    EXPECT_FALSE(parsed(start + "close\r\n\r\n").head().keep_alive);
    EXPECT_TRUE(parsed(start + "closed\r\n\r\n").head().keep_alive);
    EXPECT_TRUE(parsed(start + "y, Upgrade\r\n\r\n").head().wants_upgrade());
}

TEST(AConnection, StaysOpenAsItsVersionSays)
{
    EXPECT_TRUE(parsed("GET / HTTP/1.1\r\nHost: x\r\n\r\n").head().keep_alive);
    EXPECT_FALSE(parsed("GET / HTTP/1.1\r\nHost: x\r\nConnection: a, Close\r\n\r\n").head().keep_alive);
    EXPECT_FALSE(parsed("GET / HTTP/1.0\r\n\r\n").head().keep_alive);
    EXPECT_FALSE(parsed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").head().keep_alive);
    EXPECT_TRUE(
        parsed("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n").head().wants_upgrade()
    );
}

TEST(ABadRequest, SaysWhatIsWrong)
{
    EXPECT_EQ(parsed("NONSENSE\r\n\r\n").error(), HttpError::bad_request);
    EXPECT_EQ(parsed("FOO / HTTP/1.1\r\n").error(), HttpError::bad_request);
    EXPECT_EQ(parsed("GET  / HTTP/1.1\r\n").error(), HttpError::bad_request);
    EXPECT_EQ(parsed("get / HTTP/1.1\r\n").error(), HttpError::bad_request);
    EXPECT_EQ(parsed("GET / HTTP/1.1\r\n\r\n").error(), HttpError::missing_host);
    EXPECT_EQ(parsed(std::string(30, '\n')).error(), HttpError::bad_request);
}

TEST(AHeaderBlock, IsBoundedInBytesAndFields)
{
    const auto request = [](std::size_t bytes) {
        const std::string head = "GET / HTTP/1.1\r\nHost: x\r\nX: ";
        return head + std::string(bytes - head.size() - 4, 'a') + "\r\n\r\n";
    };
    EXPECT_EQ(parsed(request(16'384)).state(), HttpParser::State::head);
    EXPECT_EQ(parsed(request(16'385)).error(), HttpError::header_too_large);
    EXPECT_EQ(parsed("GET /" + std::string(20'000, 'a')).error(), HttpError::header_too_large);
    std::string fields = "GET / HTTP/1.1\r\nHost: x\r\n";
    for (int i = 0; i < 99; ++i)
        fields += "a: b\r\n";
    EXPECT_EQ(parsed(fields + "\r\n").state(), HttpParser::State::head);
    EXPECT_EQ(parsed(fields + "a: b\r\n\r\n").error(), HttpError::header_too_large);
}

TEST(ABody, IsBoundedByWhatItDeclaresAndByWhatComes)
{
    auto declared = parsed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n");
    declared.body_limit(5);
    EXPECT_EQ(declared.error(), HttpError::body_too_large);

    auto chunked = parsed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    chunked.body_limit(5);
    chunked.feed("3\r\nabc\r\n");
    EXPECT_EQ(chunked.error(), HttpError::none);
    chunked.feed("3\r\n");
    EXPECT_EQ(chunked.error(), HttpError::body_too_large);
}

TEST(Chunks, AreJoinedAndExtensionsIgnored)
{
    auto parser = parsed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\nExpect: 100-Continue\r\n\r\n");
    EXPECT_TRUE(parser.head().expects_continue);
    parser.body_limit(100);
    parser.feed("3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n");
    ASSERT_EQ(parser.state(), HttpParser::State::complete);
    EXPECT_EQ(parser.take().body, "abc0123456789");
}

}  // namespace
}  // namespace wgw
