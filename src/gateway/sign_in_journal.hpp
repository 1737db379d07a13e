#pragma once
/// Sign-ins that did not succeed, of late, by the name that was given: for the operator, who is asked why.
///
///     const auto told = journal.failed("grace.hopper", "192.0.2.1", Why::wrong_password, now);
///     if (told.log) …                                       a line of the log, with told.left_out
///     journal.last("grace.hopper")                          what `wegowhere user show` says
///
/// Names    also those of nobody: they are a stranger's text, are kept as a digest, and go first
/// Lines    of a name so many a minute, and of all together so many a second, those of accounts and those of nobody
///          each for themselves: a flood neither fills the disk nor hides what is asked about. The rest is counted
/// Bound    kMost names, some 2 MB; over it the older half goes
/// Passwords never come here.
/// Pure: time in, verdict out. Loop only.
/// Tests    sign_in_journal_test.cpp, tests/e2e/operator.test.mjs

#include "gateway/rate_limit.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace wgw::gateway {

class SignInJournal {
public:
    static constexpr std::size_t kMost = 16 * 1024;

    enum class Why : std::uint8_t { no_such_user, wrong_password, no_password, disabled, throttled, invalid, busy };

    explicit SignInJournal(std::size_t most = kMost) : most_(most) {}

    struct Told {
        bool log = false;            ///< Whether a line is to be written.
        std::uint64_t left_out = 0;  ///< Lines of the same kind that were not, since the last.
    };

    /// `address`: nothing where it cannot be read.
    Told failed(std::string_view username, const std::optional<IpAddress>& address, Why why, Instant now);

    /// What was noted of the name is over.
    void succeeded(std::string_view username);

    struct Last {
        Why why = Why::busy;
        Instant at;
        std::optional<IpAddress> address;
        std::int64_t wrong_passwords = 0;  ///< Since the last success, or the start.
    };

    std::optional<Last> last(std::string_view username) const;

private:
    struct Row {
        Last last;
        bool has_account = false;  ///< As far as is known: somebody has looked.
        std::array<Bucket, 2> lines;
    };
    struct Lines {
        Bucket bucket;
        std::uint64_t left_out = 0;
    };
    struct Hash {
        std::size_t operator()(const RateKey& key) const { return key.words[0]; }  // of a digest
    };

    void make_room();

    std::size_t most_;
    std::unordered_map<RateKey, Row, Hash> rows_;
    std::array<Lines, 2> all_;
};

/// For a line of the log, and for the operator: `wrong password`.
std::string_view words(SignInJournal::Why why);

}  // namespace wgw::gateway
