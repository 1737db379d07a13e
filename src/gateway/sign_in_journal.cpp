#include "gateway/sign_in_journal.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace wgw::gateway {
namespace {

using namespace std::chrono_literals;

constexpr Rate kOfName{1, 1min, 3};
constexpr Rate kOfAll{1, 1s, 30};

}  // namespace

SignInJournal::Told SignInJournal::failed(
    std::string_view username, const std::optional<IpAddress>& address, Why why, Instant now
)
{
    const auto key = RateKey::of(username);
    if (rows_.size() >= most_ && !rows_.contains(key))
        make_room();
    Row& row = rows_[key];
    row.last.why = why;
    row.last.at = now;
    row.last.address = address;
    row.last.wrong_passwords += why == Why::wrong_password ? 1 : 0;
    const bool is_looked_at = why != Why::throttled && why != Why::busy && why != Why::invalid;
    row.has_account = is_looked_at ? why != Why::no_such_user : row.has_account;

    // That somebody is being refused is told also right behind the failures that have led to it.
    Bucket& of_name = row.lines[why == Why::throttled ? 1 : 0];
    Lines& all = all_[row.has_account ? 1 : 0];
    const Pace pace(kOfName);
    if (of_name.take(pace, now) > Duration(0) || all.bucket.take(Pace(kOfAll), now) > Duration(0)) {
        ++all.left_out;
        return {};
    }
    return {true, std::exchange(all.left_out, 0)};
}

void SignInJournal::succeeded(std::string_view username) { rows_.erase(RateKey::of(username)); }

std::optional<SignInJournal::Last> SignInJournal::last(std::string_view username) const
{
    const auto found = rows_.find(RateKey::of(username));
    if (found == rows_.end())
        return {};
    return found->second.last;
}

/// Half of the rows go: those of nobody, and the oldest.
void SignInJournal::make_room()
{
    const auto worth = [](const Row& row) { return std::pair(row.has_account, row.last.at); };
    std::vector<std::pair<bool, Instant>> all;
    all.reserve(rows_.size());
    for (const auto& [key, row] : rows_)
        all.push_back(worth(row));
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
    std::ranges::nth_element(all, middle);
    std::size_t surplus = all.size() / 2;
    std::erase_if(rows_, [&](const auto& entry) { return worth(entry.second) <= *middle && surplus-- > 0; });
}

std::string_view words(SignInJournal::Why why)
{
    using enum SignInJournal::Why;
    switch (why) {
    case no_such_user:
        return "no such user";
    case wrong_password:
        return "wrong password";
    case no_password:
        return "no password that can be checked";
    case disabled:
        return "disabled";
    case throttled:
        return "too many failed ones before";
    case invalid:
        return "a name that nobody can have";
    case busy:
        return "the server was busy or ending";
    }
    return "";
}

}  // namespace wgw::gateway
