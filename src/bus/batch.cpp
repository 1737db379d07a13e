#include "bus/batch.hpp"

#include "codec/json_text.hpp"
#include "codec/utf8.hpp"
#include "model/caller.hpp"

#include <algorithm>
#include <utility>

namespace wgw::bus {
namespace {

void append_headers(std::string& out, std::span<const Header> headers)
{
    out += '{';
    for (const auto& header : headers) {
        out += out.back() == '{' ? "" : ",";
        append_json_string(out, header.name);
        out += ':';
        append_json_string(out, header.value);
    }
    out += '}';
}

/// Those that are texts; of anything else than an object none.
std::vector<Header> read_headers(const std::optional<JsonValue>& json)
{
    std::vector<Header> headers;
    if (!json || !json->is_object())
        return headers;
    auto members = json->members();
    while (const auto member = members.next())
        if (member->value.is_string())
            headers.push_back({member->name.string(), member->value.string()});
    return headers;
}

Answer read_answer(JsonValue json)
{
    Answer answer;
    answer.headers = read_headers(json.find("headers"));
    if (const auto error = json.find("err")) {
        answer.kind = Answer::Kind::error;
        answer.json = error->text();
    } else if (const auto response = json.find("response")) {
        answer.kind = Answer::Kind::value;
        answer.json = response->text();
    } else if (json.find("unknown")) {
        answer.kind = Answer::Kind::no_handler;
    }
    return answer;
}

}  // namespace

bool fits_a_batch(const Request& request)
{
    const auto is_text = [](const Header& header) { return is_utf8(header.name) && is_utf8(header.value); };
    return std::ranges::all_of(request.headers, is_text);
}

std::string encode_batch(std::span<const Request> requests)
{
    std::string out = "[";
    for (const auto& request : requests) {
        out += out.size() > 1 ? R"(,{"pattern":)" : R"({"pattern":)";
        append_json_string(out, request.pattern);
        if (!request.data.empty())
            out.append(R"(,"data":)").append(request.data);
        if (!request.headers.empty()) {
            out += R"(,"headers":)";
            append_headers(out, request.headers);
        }
        if (!request.request_id.empty()) {
            out += R"(,"request_id":)";
            append_json_string(out, request.request_id);
        }
        out += '}';
    }
    return out += ']';
}

std::optional<std::vector<Request>> decode_batch(std::string_view data)
{
    if (data.empty() || !JsonValue(data).is_array())
        return std::nullopt;
    std::vector<Request> requests;
    auto elements = JsonValue(data).elements();
    while (const auto element = elements.next()) {
        const auto pattern = element->is_object() ? element->find("pattern") : std::nullopt;
        if (!pattern || !pattern->is_string() || requests.size() == kMostInABatch)
            return std::nullopt;
        const auto text = element->find("data");
        Request request{
            pattern->string(), text ? std::string(text->text()) : std::string(), read_headers(element->find("headers"))
        };
        if (const auto id = element->find("request_id"); id && id->is_string() && is_request_id(id->string()))
            request.request_id = id->string();
        requests.push_back(std::move(request));
    }
    return requests;
}

std::string encode_batch_answers(std::span<const Answer> answers)
{
    std::string out = "[";
    for (const auto& answer : answers) {
        out += out.size() > 1 ? ",{" : "{";
        if (answer.kind == Answer::Kind::value)
            out.append(R"("response":)").append(answer.json);
        else if (answer.kind == Answer::Kind::error)
            out.append(R"("err":)").append(answer.json);
        else if (answer.kind == Answer::Kind::no_handler)
            out += R"("unknown":true)";
        if (!answer.headers.empty()) {
            out += out.back() == '{' ? R"("headers":)" : R"(,"headers":)";
            append_headers(out, answer.headers);
        }
        out += '}';
    }
    return out += ']';
}

std::optional<std::vector<Answer>> decode_batch_answers(std::string_view json, std::size_t count)
{
    if (json.empty() || !JsonValue(json).is_array())
        return std::nullopt;
    std::vector<Answer> answers;
    auto elements = JsonValue(json).elements();
    while (const auto element = elements.next()) {
        if (!element->is_object() || answers.size() == count)
            return std::nullopt;
        answers.push_back(read_answer(*element));
    }
    return answers.size() == count ? std::optional(std::move(answers)) : std::nullopt;
}

}  // namespace wgw::bus
