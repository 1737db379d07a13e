#pragma once
/// How far a long command is: on a terminal one line that changes, elsewhere a line every 10 s. To standard error.

#include <chrono>
#include <cstdint>
#include <string>

namespace wgw::app {

/// `12.3 MB`
std::string in_megabytes(std::int64_t bytes);

class Progress {
public:
    explicit Progress(bool quiet);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();

    void tell(std::int64_t done_bytes, std::int64_t total_bytes);

private:
    bool quiet_;
    bool terminal_;
    bool told_ = false;
    std::chrono::steady_clock::time_point next_;
};

}  // namespace wgw::app
