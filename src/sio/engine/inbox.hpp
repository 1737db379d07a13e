#pragma once
/// What a client has sent and is not heard yet, because it is heard at the pace at which it is answered; and the
/// answers to the POSTs that brought it, which are held back so that it sends no more. Most sessions never have one.
/// Inside of the library only.
/// Tests  server_pace_test.cpp

#include "sio/protocol/engine_output.hpp"

#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace wgw::sio {

class Inbox {
public:
    struct Kept {
        std::string data;
        bool binary = false;

        Message message() const { return {data, binary}; }
    };

    void add(const Message& message)
    {
        bytes_ += sizeof(Kept) + message.data.size();
        messages_.push_back({std::string(message.data), message.binary});
    }

    /// Of memory: empty messages take some, too.
    std::size_t bytes() const { return bytes_; }
    bool empty() const { return messages_.empty(); }

    /// The oldest. Precondition: there is one.
    Kept take()
    {
        Kept first = std::move(messages_.front());
        messages_.pop_front();
        bytes_ -= sizeof(Kept) + first.data.size();
        return first;
    }

    /// `answer` looks into nothing.
    void hold(const Answer& answer) { answers_.push_back(answer); }

    /// The peer of a request has gone. False: none of these was its answer.
    bool forget_answer_to(Number request)
    {
        return std::erase_if(answers_, [request](const Answer& answer) { return answer.request == request; }) > 0;
    }
    const std::vector<Answer>& answers() const { return answers_; }

private:
    std::deque<Kept> messages_;
    std::size_t bytes_ = 0;
    std::vector<Answer> answers_;
};

}  // namespace wgw::sio
