#pragma once
/// `.env` files: NAME=value lines, with `export`, comments and quotes. No expansion, no shell.
///
/// Shape   NAME=plain # comment      'single': as it is      "double": \n \r \t \" \\ undone      export NAME=…
/// Errors  the number of the first line that is none of these
/// Tests   dotenv_test.cpp

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wgw::app {

struct DotenvError {
    int line = 0;
    std::string what;
};

std::expected<std::vector<std::pair<std::string, std::string>>, DotenvError> read_dotenv(std::string_view text);

}  // namespace wgw::app
