#include "codec/compress.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace wgw {
namespace {

using enum ContentCoding;

struct Row {
    std::string_view accepted;
    ContentCoding coding;
};

const Row kRows[] = {
    {"",                        identity},
    {"gzip",                    gzip    },
    {"GZIP",                    gzip    },
    {"x-gzip",                  gzip    },
    {"deflate",                 deflate },
    {"gzip, deflate, br, zstd", gzip    },
    {"deflate, gzip",           gzip    },
    {"deflate;q=1, gzip;q=0.5", deflate },
    {"gzip;q=0",                identity},
    {"gzip;q=0, *",             deflate },
    {"*",                       gzip    },
    {"*;q=0",                   identity},
    {"br",                      identity},
    {"gzip ; q=0.001",          gzip    },
    {"gzip;q=2",                identity},
    {"gzip;q=nan",              identity},
    {"gzip;level=9",            identity},
    {",, gzip ,",               gzip    },
    {"gzipped",                 identity},
};

TEST(ContentCoding, IsTheOneThatTheClientPrefers)
{
    for (const auto& row : kRows)
        EXPECT_EQ(content_coding(row.accepted), row.coding) << row.accepted;
}

std::string inflated(std::string_view body, int window)
{
    z_stream stream{};
    inflateInit2(&stream, window);
    std::string out(1'000'000, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

TEST(Compress, IsUndoneByWhoReadsTheCoding)
{
    for (const auto& body :
         {std::string(), std::string("a"), std::string(100'000, 'x'), std::string("\0\xff\r\n", 4)}) {
        EXPECT_EQ(inflated(compress(body, gzip), 15 + 16), body);
        EXPECT_EQ(inflated(compress(body, deflate), 15), body);
        EXPECT_EQ(compress(body, identity), body);
        EXPECT_EQ(gunzip(compress(body, gzip)), body);
    }
    EXPECT_THROW(gunzip("abc"), std::runtime_error);
    EXPECT_THROW(gunzip("abcdefgh"), std::runtime_error);
    EXPECT_LT(compress(std::string(100'000, 'x'), gzip).size(), 1'000U);
}

}  // namespace
}  // namespace wgw
