#pragma once
/// Calls between services: a request with a pattern goes to a queue, and whoever serves that queue answers it.
///
/// The words are those of NestJS microservices, whose packets travel underneath. Data and answers are JSON text here
/// as there: what is only passed on is never read.
///
/// Loop only. `Calls` is the side that asks, `Bindings` the side that answers.
/// Source  what the original sends and answers: tests/golden

#include "base/task.hpp"
#include "base/time.hpp"
#include "model/result.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::bus {

/// What travels beside the data: never inside it, where a client could put one. Names in lower case.
struct Header {
    std::string name;
    std::string value;

    friend bool operator==(const Header&, const Header&) = default;
};

struct Request {
    std::string pattern;
    std::string data;                  ///< JSON text; empty: the request has none.
    std::vector<Header> headers = {};  ///< `authorization` as the caller sent it, and what this program adds.
    std::string request_id = {};       ///< is_request_id(), of what has caused it; empty: it is not known.

    /// Empty: there is none.
    std::string_view header(std::string_view name) const
    {
        for (const auto& header : headers)
            if (header.name == name)
                return header.value;
        return {};
    }

    friend bool operator==(const Request&, const Request&) = default;
};

struct Answer {
    enum class Kind {
        value,       ///< `json` is what was answered.
        nothing,     ///< It was done, and there is nothing to say. `json` is empty.
        error,       ///< `json` is the error as it was answered: {"status":…,"data":…} from services like ours.
        no_handler,  ///< Nobody there knows the pattern. `json` is empty.
    };

    Kind kind = Kind::nothing;
    std::string json = {};
    std::vector<Header> headers = {};

    friend bool operator==(const Answer&, const Answer&) = default;
};

/// Nobody was asked, and nothing is begun.
struct NotAsked : Unavailable {
    using Unavailable::Unavailable;
};

class Calls {
public:
    static constexpr Duration kPatience = std::chrono::seconds(5);

    virtual ~Calls() = default;

    /// Throws NotAsked if the broker is away or too much is under way, and Unavailable after `patience` if no answer
    /// came: then whether anything was done is unknown, but nothing is begun any more.
    virtual Task<Answer> call(std::string_view queue, Request request, Duration patience = kPatience) = 0;
};

/// Answers a request. What it throws is told as `unavailable` or `internal`, by the fence of whoever runs it.
using Handler = std::function<Task<Answer>(Request)>;

/// Which pattern is answered by what: of one queue. Built before it is served.
using Bindings = std::map<std::string, Handler, std::less<>>;

}  // namespace wgw::bus
