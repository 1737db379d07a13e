#pragma once
/// MessagePack <-> JSON text with attachments. The rest of the library speaks the latter: see json_text.hpp.
///
/// Pure; iterative, so that depth costs no stack; nothing is allocated for a length that is only announced.
///
/// Shape     binary is an attachment: `{"_placeholder":true,"num":n}` in the JSON stands for attachments[n], numbered
///           depth first in the order of the bytes
/// Reading   what a client's JSON.stringify would have written for the same value, so that both parsers of Socket.IO
///           mean the same:
///             bin, ext 0                → attachment
///             undefined (fixext 1, 0)   → null; as a map's value the member is left out
///             date (fixext 8, 0; ext −1) → "2026-11-22T13:05:38.051Z"; null where JavaScript has no such date
///             NaN, ±infinity            → null
///             integers                  → their digits, also beyond 2^53
///             keys                      → strings; integers as their digits, as a JavaScript object would have them.
///                                         Others are refused: npm's parser turns any value into a string there
///                                         ("1,2", "[object Object]"), and no client writes them
///             other ext types           → refused: npm's parser makes an array of two of them, and writes none
///           A map with `_placeholder: true` is data as long as the message has no binary, and refused where it has: in
///           the JSON it would be a reference, and no escape would survive the client that receives it. That is what a
///           client of the text form can say too (socket.io-parser: only types 5 and 6 have references).
/// Writing   shortest form; `cb` for what is no integer, `cf` and `d3` beyond 32 bits, `c4` and its longer forms for
///           attachments. 1e400 is infinity, -0 is 0 (as npm's writes it), a lone surrogate U+FFFD
/// Source    msgpack specification 2.0; notepack.io 2.2 for ext type 0
/// Tests     msgpack_test.cpp, tests/parsers/, fuzz/msgpack_packet.cpp

#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wgw {

struct MsgpackLimits {
    int depth = 64;                      ///< Arrays and maps in each other.
    std::size_t nodes = 100'000;         ///< Values and keys, as in JsonLimits.
    std::size_t json_bytes = 1'000'000;  ///< Of the JSON that it becomes: escapes make it longer than its bytes.
    std::size_t attachments = 10;
};

enum class MsgpackError {
    syntax,  ///< Cut short, an unused prefix, something behind the value, or a length beyond the end.
    utf8,
    key,
    ext,
    too_deep,
    too_large,  ///< Nodes or bytes of JSON.
    attachments,
    placeholder,  ///< A literal `_placeholder: true` beside binary.
};

struct JsonWithAttachments {
    std::string json;  ///< Passes json_check(): nodes as in the limits, depth one more (a placeholder is an object).
    std::vector<std::string> attachments;

    friend bool operator==(const JsonWithAttachments&, const JsonWithAttachments&) = default;
};

/// Reads one value. `bytes` may be hostile.
std::expected<JsonWithAttachments, MsgpackError> json_from_msgpack(std::string_view bytes, MsgpackLimits limits = {});

/// Writes one value. Precondition: json_check(json) is none, at any depth. Without attachments a placeholder is data;
/// with some, one whose number is out of range is.
std::string msgpack_from_json(std::string_view json, std::span<const std::string> attachments = {});

/// The pieces of a value that is written by hand: the head of a map, and a string.
void append_msgpack_map(std::string& out, std::size_t members);
void append_msgpack_string(std::string& out, std::string_view utf8);
void append_msgpack_integer(std::string& out, std::int64_t number);

}  // namespace wgw
