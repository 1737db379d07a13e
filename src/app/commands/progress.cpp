#include "app/commands/progress.hpp"

#include <array>
#include <cstdio>
#include <unistd.h>

namespace wgw::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kOnTerminal = 100ms;
constexpr auto kElsewhere = 10s;

}  // namespace

std::string in_megabytes(std::int64_t bytes)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f MB", static_cast<double>(bytes) / 1e6);
    return text.data();
}

Progress::Progress(bool quiet)
    : quiet_(quiet), terminal_(::isatty(STDERR_FILENO) != 0),
      next_(std::chrono::steady_clock::now() + (terminal_ ? std::chrono::milliseconds(0) : kElsewhere))
{
}

Progress::~Progress()
{
    if (told_ && terminal_)
        std::fputs("\r\033[K", stderr);
}

void Progress::tell(std::int64_t done_bytes, std::int64_t total_bytes)
{
    const auto now = std::chrono::steady_clock::now();
    if (quiet_ || now < next_)
        return;
    next_ = now + (terminal_ ? kOnTerminal : kElsewhere);
    told_ = true;
    const double part =
        total_bytes > 0 ? 100.0 * static_cast<double>(done_bytes) / static_cast<double>(total_bytes) : 0;
    std::fprintf(
        stderr, terminal_ ? "\r\033[K%3.0f %%, %s of %s" : "%3.0f %%, %s of %s\n", part,
        in_megabytes(done_bytes).c_str(), in_megabytes(total_bytes).c_str()
    );
}

}  // namespace wgw::app
