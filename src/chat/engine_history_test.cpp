// Any history of commands, of two writers with rollbacks between them, gives the answers of a model that is too simple
// to be wrong.

#include "chat/engine.hpp"
#include "chat/test_log_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace wgw::chat {
namespace {

Id id_of(int number)
{
    Id id;
    for (std::size_t i = 0; i < 4; ++i)
        id.bytes[11 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return id;
}

const Create kCreate{"tea", "00112233445566778899aabbccddeeff"};

/// What the promise says, in the plainest words: a list of entries per room.
class BruteForce {
public:
    Result<Outcome> execute(const Request& request)
    {
        auto& log = logs_[request.room_id];
        const auto member = [&](const Entry& entry) { return makes_member(entry) && entry.user_id == request.caller; };
        const auto membership = std::ranges::find_if(log, member);
        if (std::holds_alternative<Create>(request.command))
            return log.empty() ? Result<Outcome>(add(request, {}, EntryType::room_update)) : fail(Errc::conflict);
        if (log.empty())
            return fail(Errc::not_found);
        if (std::holds_alternative<Join>(request.command))
            return membership != log.end() ? Outcome{*membership, true} : add(request, {}, EntryType::member_update);
        if (membership == log.end())
            return fail(Errc::not_member);
        const auto& send = std::get<Send>(request.command);
        for (const auto& entry : log)
            if (send.client_msg_id && entry.user_id == request.caller && entry.client_msg_id == send.client_msg_id) {
                if (content_json(entry) != '"' + send.content + '"')
                    return fail(Errc::client_msg_id_reused);
                return Outcome{entry, true};
            }
        return add(request, send.client_msg_id, EntryType::message_receive);
    }

    void rollback_to(const BruteForce& before) { logs_ = before.logs_; }

private:
    Outcome add(const Request& request, const std::optional<std::string>& key, EntryType type)
    {
        Entry entry;
        entry.room_id = request.room_id;
        entry.seq = static_cast<Seq>(logs_[request.room_id].size()) + 1;
        entry._id = request._id;
        entry.user_id = request.caller;
        entry.client_msg_id = key;
        entry.type = type;
        if (const auto* send = std::get_if<Send>(&request.command))
            entry.body = R"({"content":")" + send->content + R"("})";
        logs_[request.room_id].push_back(entry);
        return {entry, false};
    }

    std::map<RoomId, std::vector<Entry>> logs_;
};

/// Some rooms, users, keys and contents: few, so that they meet.
Request any_request(std::mt19937& random, int number)
{
    const auto pick = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
    Command command = Join{};
    if (const int kind = pick(20); kind == 0) {
        command = kCreate;
    } else if (kind < 17) {
        Send send{std::string(1, static_cast<char>('a' + pick(2))), {}};
        if (pick(2) == 0)
            send.client_msg_id = "k" + std::to_string(pick(30));
        command = std::move(send);
    }
    return {id_of(1 + pick(4)), id_of(100 + pick(5)), std::move(command), id_of(1'000 + number), {1'000}};
}

void expect_same(const Result<Outcome>& got, const Result<Outcome>& expected, int number)
{
    ASSERT_EQ(got.has_value(), expected.has_value()) << "command " << number;
    if (!got) {
        ASSERT_EQ(got.error().code, expected.error().code) << "command " << number;
        return;
    }
    ASSERT_EQ(got->duplicate, expected->duplicate) << "command " << number;
    ASSERT_EQ(got->entry.seq, expected->entry.seq) << "command " << number;
    ASSERT_EQ(got->entry._id, expected->entry._id) << "command " << number;
    ASSERT_EQ(got->entry.client_msg_id, expected->entry.client_msg_id) << "command " << number;
}

class AnyHistory : public testing::TestWithParam<unsigned> {};

// Two engines write to one log in turns, with caches that hold only some of the rooms, and some transactions are
// rolled back: every answer is that of the brute-force model.
TEST_P(AnyHistory, GivesTheAnswersOfTheModel)
{
    std::mt19937 random(GetParam());
    MemoryLog log;
    const Engine::Bounds small{2, 6};
    Engine engines[] = {Engine(log, {}, small), Engine(log, {}, small)};
    BruteForce model;
    int number = 0;
    for (int batch = 0; batch < 150; ++batch) {
        const BruteForce before = model;
        auto& engine = engines[random() % 2];
        for (auto size = 1 + random() % 12; size > 0; --size) {
            const auto request = any_request(random, ++number);
            const auto expected = model.execute(request);
            ASSERT_NO_FATAL_FAILURE(expect_same(engine.execute(request), expected, number));
        }
        if (random() % 10 == 0) {
            log.rollback();
            engine.forget_all();
            model.rollback_to(before);
        }
        log.commit();
    }
}

// The same in batches, with one append for each room of a batch: what either engine remembers of a room is often
// behind.
TEST_P(AnyHistory, GivesTheAnswersOfTheModelInBatchesToo)
{
    std::mt19937 random(GetParam());
    MemoryLog log;
    const Engine::Bounds small{2, 6};
    Engine engines[] = {Engine(log, {}, small), Engine(log, {}, small)};
    BruteForce model;
    int number = 0;
    for (int round = 0; round < 150; ++round) {
        std::vector<Request> requests;
        std::vector<Result<Outcome>> expected;
        for (auto size = 1 + random() % 12; size > 0; --size) {
            requests.push_back(any_request(random, ++number));
            expected.push_back(model.execute(requests.back()));
        }
        std::vector<Asked> batch;
        for (const auto& request : requests)
            batch.push_back({&request});
        std::vector<Asked*> asked;
        for (auto& one : batch)
            asked.push_back(&one);
        engines[random() % 2].execute(asked, ManualClock(), [](int) {});
        for (std::size_t i = 0; i < batch.size(); ++i) {
            ASSERT_TRUE(batch[i].outcome.has_value());
            ASSERT_NO_FATAL_FAILURE(expect_same(*batch[i].outcome, expected[i], number));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnyHistory, testing::Range(1U, 21U));

}  // namespace
}  // namespace wgw::chat
