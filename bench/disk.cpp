/// bench_disk <folder>
///
/// What the disk below a durable server takes by itself: a raw write with fdatasync, one row per commit of SQLite, and
/// 64 rows per commit, each for a part of a second. Prints one line of JSON.

#include "loadgen/histogram.hpp"
#include "store/sqlite.hpp"

#include <chrono>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace {

using namespace wgw;
using Time = std::chrono::steady_clock;

constexpr auto kSpan = std::chrono::milliseconds(400);
const std::string kBody(150, 'x');

struct Result {
    loadgen::Histogram ns;
    double per_second = 0;
};

template <class Step>
Result repeat(Step step)
{
    Result result;
    const auto start = Time::now();
    auto from = start;
    while (from - start < kSpan) {
        step();
        const auto to = Time::now();
        result.ns.add(static_cast<std::uint64_t>(std::chrono::nanoseconds(to - from).count()));
        from = to;
    }
    result.per_second = static_cast<double>(result.ns.count()) / std::chrono::duration<double>(from - start).count();
    return result;
}

Result raw(const std::string& path)
{
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0)
        throw std::runtime_error("Cannot write " + path);
    auto result = repeat([&] {
        if (::write(file, kBody.data(), kBody.size()) < 0 || ::fdatasync(file) != 0)
            throw std::runtime_error("Cannot write " + path);
    });
    ::close(file);
    return result;
}

Result sqlite(const std::string& path, int rows)
{
    store::Sqlite db(path, store::Sqlite::Mode::write);
    db.exec("CREATE TABLE entry (room INTEGER, seq INTEGER, body TEXT)");
    db.exec("CREATE UNIQUE INDEX fence ON entry (room, seq)");
    std::int64_t seq = 0;
    return repeat([&] {
        db.begin();
        for (int i = 0; i < rows; ++i)
            db.prepared("INSERT INTO entry VALUES (?, ?, ?)").run(i, ++seq, std::string_view(kBody));
        db.commit();
    });
}

double us(std::uint64_t ns) { return static_cast<double>(ns) / 1e3; }

void measure(const std::filesystem::path& folder)
{
    std::filesystem::create_directories(folder);
    const auto written = raw(folder / "raw");
    const auto one = sqlite(folder / "one.db", 1);
    const auto many = sqlite(folder / "many.db", 64);
    std::printf(
        "{\"raw_p50_us\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"sqlite64_per_s\":%.0f}\n", us(written.ns.quantile(0.5)),
        us(one.ns.quantile(0.5)), us(one.ns.quantile(0.99)), many.per_second * 64
    );
    std::filesystem::remove_all(folder);
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fputs("bench_disk <folder>\n", stderr);
        return 2;
    }
    try {
        measure(std::filesystem::path(argv[1]) / "disk");
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_disk: %s\n", error.what());
        return 1;
    }
}
