#pragma once
/// A file that stands in the program, gzipped when it was built: cmake/wgw_embed.cmake.

#include <string_view>

namespace wgw {

struct EmbeddedFile {
    const char* name = nullptr;  ///< Of the end of a list: none.
    const char* begin = nullptr;
    const char* end = nullptr;

    /// RFC 1952.
    std::string_view gzip() const { return {begin, static_cast<std::size_t>(end - begin)}; }
};

}  // namespace wgw
