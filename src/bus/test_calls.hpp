#pragma once
/// For tests: calls within the process. Handlers run at once, behind the same fence as a service's.
///
///     DirectCalls calls({{"user", user_bindings(service)}});
///
/// calls_contract_test.cpp holds it to what the calls over RabbitMQ do.

#include "bus/calls.hpp"
#include "bus/nest_packet.hpp"
#include "model/result.hpp"

#include <exception>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace wgw::bus {

class DirectCalls final : public Calls {
public:
    explicit DirectCalls(std::map<std::string, Bindings, std::less<>> queues = {}) : queues_(std::move(queues)) {}

    void serve(std::string queue, Bindings bindings) { queues_[std::move(queue)] = std::move(bindings); }

    /// Every call is refused from now on.
    void go_away() { is_away_ = true; }

    Task<Answer> call(std::string_view queue, Request request, Duration = kPatience) override
    {
        const auto served = queues_.find(queue);
        if (is_away_ || served == queues_.end())
            throw NotAsked("nobody serves " + std::string(queue));
        const auto handler = served->second.find(request.pattern);
        if (handler == served->second.end())
            co_return Answer{.kind = Answer::Kind::no_handler, .json = {}, .headers = {}};
        Answer answer;
        try {
            Task<Answer> task = handler->second(std::move(request));
            answer = co_await std::move(task);
        } catch (const Unavailable&) {
            answer = {.kind = Answer::Kind::error, .json = unavailable_error(), .headers = {}};
        } catch (const std::exception&) {
            answer = {.kind = Answer::Kind::error, .json = internal_error(), .headers = {}};
        }
        co_return answer;
    }

private:
    std::map<std::string, Bindings, std::less<>> queues_;
    bool is_away_ = false;
};

}  // namespace wgw::bus
