#include "bus/test_calls_contract.hpp"

#include "bus/nest_packet.hpp"
#include "model/result.hpp"

#include <stdexcept>
#include <utility>

namespace wgw::bus {
namespace {

using Kind = Answer::Kind;

Answer value(std::string json) { return {.kind = Kind::value, .json = std::move(json), .headers = {}}; }

Task<Answer> echo(Request request)
{
    co_return Answer{.kind = Kind::value, .json = std::move(request.data), .headers = {}};
}

Task<Answer> headers(Request request)
{
    Answer answer;
    answer.headers = std::move(request.headers);
    co_return answer;
}

Task<Answer> unavailable(Request)
{
    throw Unavailable("the store is away");
    co_return Answer{};
}

Task<Answer> broken(Request)
{
    throw std::runtime_error("a secret of the driver");
    co_return Answer{};
}

template <int status>
Task<Answer> refuse(Request)
{
    co_return Answer{.kind = Kind::error, .json = R"({"status":)" + std::to_string(status) + "}", .headers = {}};
}

Task<Answer> nothing(Request) { co_return Answer{}; }

TEST_P(CallsContract, GivesTheDataToTheHandlerAndItsAnswerBack)
{
    world->serve({
        {"echo", echo}
    });
    for (const std::string json :
         {"{}", "null", "0", "\"\"", "[]", R"({"a":[1,2.50,1e400],"b":"\u00e9\u0000"})", "true"})
        EXPECT_EQ(ask({"echo", json, {}}), value(json));
}

TEST_P(CallsContract, CarriesLargeData)
{
    world->serve({
        {"echo", echo}
    });
    const std::string json = "\"" + std::string(1'000'000, 'x') + "\"";
    EXPECT_EQ(ask({"echo", json, {}}), value(json));
}

TEST_P(CallsContract, CarriesHeadersBothWays)
{
    world->serve({
        {"headers", headers}
    });
    const std::vector<Header> some{
        {"authorization", "Bearer x"},
        {"x-id",          "1"       }
    };
    EXPECT_EQ(ask({"headers", "{}", some}), (Answer{.kind = Kind::nothing, .json = {}, .headers = some}));
}

TEST_P(CallsContract, TellsNothingErrorsAndUnknownPatternsApart)
{
    world->serve({
        {"nothing", nothing    },
        {"refuse",  refuse<404>}
    });
    EXPECT_EQ(ask({"nothing", "{}", {}}).kind, Kind::nothing);
    EXPECT_EQ(ask({"refuse", "{}", {}}), (Answer{.kind = Kind::error, .json = R"({"status":404})", .headers = {}}));
    EXPECT_EQ(ask({"unknown", "{}", {}}), (Answer{.kind = Kind::no_handler, .json = {}, .headers = {}}));
    EXPECT_EQ(ask({"", "", {}}).kind, Kind::no_handler);
}

TEST_P(CallsContract, AnswersWhatAHandlerThrowsWithoutItsWords)
{
    world->serve({
        {"unavailable", unavailable},
        {"broken",      broken     }
    });
    EXPECT_EQ(
        ask({"unavailable", "{}", {}}), (Answer{.kind = Kind::error, .json = unavailable_error(), .headers = {}})
    );
    EXPECT_EQ(ask({"broken", "{}", {}}), (Answer{.kind = Kind::error, .json = internal_error(), .headers = {}}));
}

TEST_P(CallsContract, GivesEachOfManyCallsItsAnswer)
{
    world->serve({
        {"echo", echo}
    });
    std::vector<Request> requests;
    for (int i = 0; i < 1'000; ++i)
        requests.push_back({"echo", std::to_string(i), {}});
    const auto ends = world->ask(std::move(requests));
    ASSERT_EQ(ends.size(), 1'000u);
    for (std::size_t i = 0; i < ends.size(); ++i) {
        ASSERT_TRUE(std::holds_alternative<Answer>(ends[i])) << std::get<std::string>(ends[i]);
        EXPECT_EQ(std::get<Answer>(ends[i]).json, std::to_string(i));
    }
}

}  // namespace
}  // namespace wgw::bus
