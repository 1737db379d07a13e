#include "codec/compress.hpp"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>
#include <new>
#include <stdexcept>

namespace wgw {
namespace {

constexpr int kWindow = 15;
constexpr int kGzip = 16;  // added to the window: with a gzip header
constexpr int kMemory = 8;

/// Fast: what is compressed is made anew for each answer, on the loop.
constexpr int kLevel = 1;

std::string_view trimmed(std::string_view text)
{
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_same_token(std::string_view token, std::string_view lower_case)
{
    return std::ranges::equal(token, lower_case, [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == b;
    });
}

/// The `q` of parameters such as `;q=0.5`, in thousandths. What cannot be read is a refusal.
int weight_of(std::string_view parameters)
{
    const auto parameter = trimmed(parameters);
    if (parameter.empty())
        return 1'000;
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q="))
        return 0;
    const auto digits = parameter.substr(2);
    double weight = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), weight, std::chars_format::fixed);
    if (error != std::errc() || end != digits.data() + digits.size() || !(weight >= 0 && weight <= 1))
        return 0;
    return static_cast<int>(weight * 1'000);
}

}  // namespace

ContentCoding content_coding(std::string_view accept_encoding)
{
    int gzip = -1;
    int deflate = -1;
    int others = 0;
    while (!accept_encoding.empty()) {
        const auto comma = accept_encoding.find(',');
        const auto item = accept_encoding.substr(0, comma);
        accept_encoding.remove_prefix(comma == std::string_view::npos ? accept_encoding.size() : comma + 1);
        const auto semicolon = item.find(';');
        const auto token = trimmed(item.substr(0, semicolon));
        const int weight = weight_of(semicolon == std::string_view::npos ? "" : item.substr(semicolon + 1));
        if (is_same_token(token, "gzip") || is_same_token(token, "x-gzip"))
            gzip = weight;
        else if (is_same_token(token, "deflate"))
            deflate = weight;
        else if (token == "*")
            others = weight;
    }
    gzip = gzip < 0 ? others : gzip;
    deflate = deflate < 0 ? others : deflate;
    if (gzip > 0 && gzip >= deflate)
        return ContentCoding::gzip;
    return deflate > 0 ? ContentCoding::deflate : ContentCoding::identity;
}

std::string_view text_of(ContentCoding coding)
{
    switch (coding) {
    case ContentCoding::gzip:
        return "gzip";
    case ContentCoding::deflate:
        return "deflate";
    case ContentCoding::identity:
        break;
    }
    return {};
}

std::string compress(std::string_view body, ContentCoding coding)
{
    if (coding == ContentCoding::identity)
        return std::string(body);
    z_stream stream{};
    const int window = coding == ContentCoding::gzip ? kWindow + kGzip : kWindow;
    if (deflateInit2(&stream, kLevel, Z_DEFLATED, window, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    std::string out(deflateBound(&stream, body.size()), '\0');
    // zlib reads through a pointer that is not const, and does not write.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (result != Z_STREAM_END)
        throw std::runtime_error("a body could not be compressed");
    return out;
}

std::string gunzip(std::string_view packed)
{
    std::uint32_t size = 0;
    if (packed.size() >= sizeof size)
        std::memcpy(
            &size, packed.data() + packed.size() - sizeof size, sizeof size
        );  // RFC 1952 §2.3.1: the last field
    std::string out(size, '\0');
    z_stream stream{};
    if (inflateInit2(&stream, kWindow + kGzip) != Z_OK)
        throw std::bad_alloc();
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if (result != Z_STREAM_END)
        throw std::runtime_error("what was compressed is damaged");
    return out;
}

}  // namespace wgw
