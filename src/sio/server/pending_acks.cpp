#include "sio/server/pending_acks.hpp"

namespace wgw::sio {

std::int64_t PendingAcks::ask(std::uint64_t socket, Instant deadline, AckHandler handler)
{
    const auto id = next_++;
    add(socket, {id, deadline, std::move(handler), nullptr});
    return id;
}

std::int64_t PendingAcks::ask_all(std::span<const std::uint64_t> sockets, Instant deadline, BroadcastHandler handler)
{
    const auto id = next_++;
    if (sockets.empty()) {
        handler({});
        return id;
    }
    const auto all = std::make_shared<Broadcast>(BroadcastAnswers(), sockets.size(), std::move(handler));
    for (const auto socket : sockets)
        add(socket, {id, deadline, {}, all});
    return id;
}

void PendingAcks::add(std::uint64_t socket, Question question)
{
    const Key key{socket, question.id};
    if (question.deadline != kNever)
        deadlines_.emplace(question.deadline, key);
    waiting_.emplace(key, std::move(question));
}

void PendingAcks::answer(std::uint64_t socket, std::int64_t id, const Arguments& arguments)
{
    const auto found = waiting_.find({socket, id});
    if (found == waiting_.end())
        return;
    Arguments taken = arguments;
    if (found->second.all)
        taken.keep_first();
    end(found, Payload::of(taken));
}

void PendingAcks::gone(std::uint64_t socket)
{
    while (true) {
        const auto found = waiting_.lower_bound({socket, 0});
        if (found == waiting_.end() || found->first.first != socket)
            return;
        end(found, std::unexpected(AckError::disconnected));
    }
}

void PendingAcks::tick(Instant now)
{
    while (!deadlines_.empty() && deadlines_.begin()->first <= now)
        end(waiting_.find(deadlines_.begin()->second), std::unexpected(AckError::timeout));
}

void PendingAcks::end(std::map<Key, Question>::iterator at, AckResult result)
{
    // Taken out first: the handler may ask anew, or end the socket.
    Question question = std::move(at->second);
    deadlines_.erase({question.deadline, at->first});
    waiting_.erase(at);
    if (!question.all)
        return question.one(std::move(result));
    auto& all = *question.all;
    if (result)
        all.so_far.answers.push_back(*std::move(result));
    else
        ++all.so_far.missing;
    if (--all.waiting == 0)
        all.handler(std::move(all.so_far));
}

}  // namespace wgw::sio
