#pragma once
/// For tests: calls without a broker that remember what was asked. A request goes straight to the bindings of its
/// queue, as if a service ran them, or is answered with what the test has put there.
///
///     RecordingCalls calls;
///     calls.queues["user"] = bindings_of(user::operations(…), check);
///     calls.answers.push_back(value("null"));       the next call is answered so, whatever it asks
///     calls.asked                                   what went out, in order

#include "bus/operation.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wgw::bus {

class RecordingCalls final : public Calls {
public:
    struct Asked {
        std::string queue;
        Request request;

        friend bool operator==(const Asked&, const Asked&) = default;
    };

    Task<Answer> call(std::string_view queue, Request request, Duration patience) override
    {
        patiences.push_back(patience);
        return answer(std::string(queue), std::move(request));
    }

    /// Answers what was held back.
    void release()
    {
        for (auto& go_on : std::exchange(held, {}))
            go_on();
    }

    /// The same, of the oldest only.
    void release_one()
    {
        auto go_on = std::move(held.front());
        held.pop_front();
        go_on();
    }

    std::map<std::string, Bindings, std::less<>> queues;
    std::deque<Answer> answers;
    std::vector<Asked> asked;
    std::vector<Duration> patiences;  ///< Of each that was asked.
    bool away = false;                ///< Calls throw NotAsked.
    bool lost = false;                ///< Calls throw Unavailable.
    bool hold = false;                ///< They wait for release() before they are answered.
    std::deque<std::function<void()>> held;

private:
    Task<Answer> answer(std::string queue, Request request)
    {
        asked.push_back({queue, request});
        if (hold) {
            auto wait = [this](auto done) { held.emplace_back([done]() mutable { done(true); }); };
            co_await callback<bool>(wait);
        }
        if (away)
            throw NotAsked("The broker is away.");
        if (lost)
            throw Unavailable("The broker was lost during a call.");
        if (!answers.empty()) {
            Answer next = std::move(answers.front());
            answers.pop_front();
            co_return next;
        }
        const auto found = queues[queue].find(request.pattern);
        if (found == queues[queue].end())
            co_return Answer{Answer::Kind::no_handler, {}, {}};
        co_return co_await fenced(found->second, std::move(request));
    }

    /// The fence of whoever runs the bindings.
    static Task<Answer> fenced(Handler handler, Request request)
    {
        Failure failure = Errc::internal;
        try {
            co_return co_await handler(std::move(request));
        } catch (const Unavailable&) {
            failure = Errc::unavailable;
        } catch (const std::exception&) {
            failure = Errc::internal;
        }
        co_return error_answer(failure);
    }
};

}  // namespace wgw::bus
