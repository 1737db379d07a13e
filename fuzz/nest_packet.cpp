// Packets of NestJS: anything can be read, and what we write is read as what it was.

#include "bus/nest_packet.hpp"

#include "bus/batch.hpp"
#include "codec/json_text.hpp"
#include "codec/utf8.hpp"
#include "fuzz/fuzz.hpp"

using namespace wgw;
using namespace wgw::bus;

namespace {

void read_request(std::string_view body)
{
    const auto request = decode_request(body);
    if (!request)
        return;
    fuzz::require(request->data.empty() || json_check(request->data) == JsonError::none, "data is JSON");
    fuzz::require(is_utf8(request->pattern), "a pattern is text");
    fuzz::require(!request->id || json_check(*request->id) == JsonError::none, "an id is JSON");
    fuzz::require(request->data.size() + request->pattern.size() <= 3 * body.size(), "nothing grows");

    const auto event = decode_request(encode_event(request->pattern, request->data));
    fuzz::require(
        event && event->pattern == request->pattern && event->data == request->data && !event->id,
        "an event is read as it was"
    );
    const auto again = decode_request(encode_request(request->pattern, request->data, "0123456789abcdef01234"));
    fuzz::require(
        again && again->pattern == request->pattern && again->data == request->data &&
            again->id == "\"0123456789abcdef01234\"",
        "a request is read as it was"
    );
    if (request->id)
        fuzz::require(
            decode_reply(encode_reply(
                {
                    .kind = Answer::Kind::no_handler, .json = {},
                         .headers = {}
        },
                *request->id
            )) ==
                IncomingReply{
                    .is_last = true, .answer = Answer{.kind = Answer::Kind::no_handler, .json = {}, .headers = {}}
                },
            "that there is no handler is read, whatever the id"
        );
}

bool is_no_error(const JsonValue& value)
{
    const auto text = value.text();
    return text == "null" || text == "false" || text == "\"\"" ||
           (value.type() == JsonType::number && value.number() == 0);
}

void read_reply(std::string_view body)
{
    const auto reply = decode_reply(body);
    if (!reply.answer)
        return;
    const auto& answer = *reply.answer;
    if (answer.kind == Answer::Kind::no_handler)
        return;
    fuzz::require(json_check(answer.json, {.depth = 256, .nodes = 4'000'000}) == JsonError::none, "an answer is JSON");
    const auto again = decode_reply(encode_reply(answer, "null"));
    if (answer.kind == Answer::Kind::value)
        fuzz::require(again.is_last && again.answer == answer, "a value is read as it was");
    else if (!is_no_error(JsonValue(answer.json)))
        fuzz::require(
            again.is_last && again.answer && again.answer->kind != Answer::Kind::value, "an error is read as one"
        );
}

void read_batch(std::string_view body)
{
    if (json_check(body) != JsonError::none)
        return;
    if (const auto requests = decode_batch(body)) {
        fuzz::require(requests->size() <= kMostInABatch, "a batch is bounded");
        for (const auto& request : *requests)
            fuzz::require(fits_a_batch(request), "what came in one can go out in one");
        const auto again = encode_batch(*requests);
        fuzz::require(
            json_check(again) == JsonError::none && decode_batch(again) == requests, "a batch is read as it was"
        );
    }
    for (std::size_t count = 0; count < 3; ++count)
        if (const auto answers = decode_batch_answers(body, count)) {
            const auto again = encode_batch_answers(*answers);
            fuzz::require(json_check(again) == JsonError::none, "answers are JSON");
            fuzz::require(decode_batch_answers(again, count) == answers, "answers are read as they were");
        }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    read_request(fuzz::input(bytes, size));
    read_reply(fuzz::input(bytes, size));
    read_batch(fuzz::input(bytes, size));
    return 0;
}
