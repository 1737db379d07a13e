#pragma once
/// A file that is kept packed (codec/embedded_file.hpp, or compress()), as the answer to whoever asks for it.
///
/// Packed to whoever takes gzip, else unpacked; nothing (304) to whoever has it already.
/// Source  RFC 9110 §8.8.3 (ETag), §12.5.3, §13.1.2
/// Tests   file_response_test.cpp

#include "codec/http_request.hpp"
#include "codec/http_response.hpp"

#include <string>
#include <string_view>

namespace wgw {

struct FileKind {
    std::string_view content_type;
    std::string_view cache_control;
    std::string etag = {};  ///< With its quotes; empty: none, and no 304.
};

/// `request` is a GET or a HEAD; `gzip` is the file, as in RFC 1952.
HttpResponse file_response(const HttpRequest& request, std::string_view gzip, const FileKind& kind);

/// An ETag for a packed file: the CRC-32 and the length that it ends with.
std::string etag_of(std::string_view gzip);

}  // namespace wgw
