#include "app/sign_in_report.hpp"

#include "codec/json_text.hpp"

#include <algorithm>

namespace wgw::app {
namespace {

bool is_refused_somewhere(const SignInFacts& facts)
{
    return std::ranges::any_of(facts.counted.networks, [](const auto& network) {
        return network.refused_until.has_value();
    });
}

const char* why(const SignInFacts& facts)
{
    if (facts.is_disabled)
        return "disabled";
    if (!facts.has_password)
        return "no_password";
    if (facts.counted.refused_until)
        return "throttled";
    if (is_refused_somewhere(facts))
        return "throttled_network";
    if (facts.last && facts.last->why == gateway::SignInJournal::Why::throttled && facts.counted.networks.empty())
        return "throttled_address";
    if (facts.last && facts.last->wrong_passwords > 0)
        return "wrong_password";
    return "ok";
}

std::string name_of(const IpAddress& network)
{
    if (network == IpAddress{})
        return "private";
    return network.text() + (network.is_v4() ? "/24" : "/64");
}

}  // namespace

std::string to_json(const SignInFacts& facts, Timestamp now, Instant instant)
{
    const auto time = [&](std::optional<Instant> at) {
        return at ? '"' + to_iso({now.unix_ms + (*at - instant).count()}) + '"' : std::string("null");
    };
    const std::string reason = why(facts);
    const bool possible = reason != "disabled" && reason != "no_password" && reason != "throttled";
    std::string out = possible ? R"({"possible":true)" : R"({"possible":false)";
    out += R"(,"why":")" + reason + R"(","failed":)" + std::to_string(facts.counted.failed);
    out += R"(,"refused_since":)" + time(facts.counted.refused_since);
    out += R"(,"refused_until":)" + time(facts.counted.refused_until);
    out += R"(,"networks":[)";
    for (const auto& network : facts.counted.networks) {
        out += out.ends_with('[') ? "" : ",";
        out += R"({"network":")" + name_of(network.first) + R"(","failed":)" + std::to_string(network.failed);
        out += R"(,"refused_until":)" + time(network.refused_until) + '}';
    }
    out += R"(],"last_failure":)";
    if (!facts.last)
        return out + "null}";
    out += R"({"at":)" + time(facts.last->at) + R"(,"why":)";
    append_json_string(out, words(facts.last->why));
    out += R"(,"address":")" + (facts.last->address ? facts.last->address->text() : "") + R"(","wrong_passwords":)" +
           std::to_string(facts.last->wrong_passwords) + "}}";
    return out;
}

}  // namespace wgw::app
