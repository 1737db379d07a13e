#pragma once
/// The calls under way: who waits for which answer, and until when. Pure: time is a parameter.
///
///     id = book.begin(…, done)        a correlation id that nobody can guess
///     book.reply(id, packet)          done(answer), once the answer is complete; what is not under way is ignored
///     book.expire(now)                done(late) of each whose time is over
///     book.fail_all()                 done(lost) of all
///
/// Bound  kMost calls and kMostBytes of what they hold: has_room(). `done` may begin another call.
/// Tests  call_book_test.cpp

#include "base/random.hpp"
#include "base/time.hpp"
#include "bus/calls.hpp"
#include "bus/nest_packet.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace wgw::bus {

/// Why a call has no answer.
enum class Unanswered {
    late,  ///< Not in time.
    lost,  ///< The connection has ended, or it was never sent.
};

class CallBook {
public:
    static constexpr std::size_t kMost = 1'024;
    static constexpr std::size_t kMostBytes = std::size_t{64} << 20;
    static constexpr std::size_t kIdBytes = 21;  ///< Of a correlation id: hex, as the original's.

    using Outcome = std::variant<Answer, Unanswered>;
    using Done = std::function<void(Outcome)>;

    /// `random` outlives it.
    explicit CallBook(Random& random) : random_(random) {}

    /// For a call that holds `bytes`. One may be larger than all that is allowed.
    bool has_room(std::size_t bytes) const
    {
        return calls_.empty() || (calls_.size() < kMost && bytes_ + bytes <= kMostBytes);
    }

    /// Precondition: has_room(bytes). `done` is called once, by one of the three below.
    std::string begin(Instant deadline, std::size_t bytes, Done done);

    /// `headers`: what came with it. False: no call of that id is under way.
    bool reply(std::string_view id, IncomingReply packet, std::vector<Header> headers = {});

    void expire(Instant now);
    void fail_all();

    /// Precondition: that call is under way. It is lost.
    void give_up(const std::string& id);

    std::optional<Instant> next_deadline() const
    {
        return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
    }
    std::size_t under_way() const { return calls_.size(); }

private:
    struct Call {
        Done done;
        std::size_t bytes = 0;
        std::multimap<Instant, std::string>::iterator deadline;
        std::optional<Answer> latest = {};  ///< Of an answer that is not complete.
    };
    using Calls = std::unordered_map<std::string, Call>;

    Done take(Calls::iterator place);
    std::string new_id();

    Random& random_;
    Calls calls_;
    std::multimap<Instant, std::string> deadlines_;  ///< The id of each.
    std::size_t bytes_ = 0;
};

}  // namespace wgw::bus
