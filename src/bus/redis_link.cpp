#include "bus/redis_link.hpp"

#include "model/result.hpp"

#include <cstring>
#include <hiredis/hiredis.h>

namespace wgw::bus {
namespace {

timeval patience()
{
    const auto us = std::chrono::microseconds(RedisLink::kPatience).count();
    return {.tv_sec = us / 1'000'000, .tv_usec = us % 1'000'000};
}

[[noreturn]] void lost(const redisContext* context)
{
    if (context == nullptr)
        throw Unavailable("Redis: no memory for a connection");
    if (context->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK))
        throw Unavailable("Redis does not answer in time");
    throw Unavailable(std::string("Redis: ") + context->errstr);
}

RedisReply to_value(const redisReply& reply)
{
    RedisReply value;
    switch (reply.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
        value.kind = RedisReply::Kind::text;
        value.text.assign(reply.str, reply.len);
        break;
    case REDIS_REPLY_ERROR:
        value.kind = RedisReply::Kind::error;
        value.text.assign(reply.str, reply.len);
        break;
    case REDIS_REPLY_INTEGER:
        value.kind = RedisReply::Kind::integer;
        value.integer = reply.integer;
        break;
    case REDIS_REPLY_ARRAY:
        value.kind = RedisReply::Kind::list;
        for (std::size_t i = 0; i < reply.elements; ++i)
            value.list.push_back(to_value(*reply.element[i]));
        break;
    default:
        break;
    }
    return value;
}

RedisReply take(void* reply)
{
    const std::unique_ptr<redisReply, void (*)(void*)> owner(static_cast<redisReply*>(reply), freeReplyObject);
    return to_value(*owner);
}

}  // namespace

void RedisLink::Closer::operator()(redisContext* context) const { redisFree(context); }

RedisLink::RedisLink(const RedisAddress& address)
    : context_(redisConnectWithTimeout(address.host.c_str(), address.port, patience()))
{
    if (context_ == nullptr || context_->err != 0)
        lost(context_.get());
    if (redisSetTimeout(context_.get(), patience()) != REDIS_OK)
        lost(context_.get());
    redisEnableKeepAlive(context_.get());
    if (!address.password.empty()) {
        RedisCommand command{"AUTH", address.password};
        if (!address.user.empty())
            command.insert(command.begin() + 1, address.user);
        expect_ok(command, "signing in");
    }
    if (address.database != 0)
        expect_ok({"SELECT", std::to_string(address.database)}, "choosing the database");
}

void RedisLink::expect_ok(const RedisCommand& command, const char* what)
{
    put(command);
    send();
    if (const auto reply = receive(); reply.kind == RedisReply::Kind::error)
        throw Unavailable(std::string("Redis refuses ") + what + ": " + reply.text);
}

void RedisLink::put(const RedisCommand& command)
{
    std::vector<const char*> words;
    std::vector<std::size_t> sizes;
    for (const auto& word : command) {
        words.push_back(word.data());
        sizes.push_back(word.size());
    }
    if (redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), words.data(), sizes.data()) != REDIS_OK)
        lost(context_.get());
}

void RedisLink::send()
{
    int done = 0;
    while (done == 0)
        if (redisBufferWrite(context_.get(), &done) != REDIS_OK)
            lost(context_.get());
}

RedisReply RedisLink::receive()
{
    void* reply = nullptr;
    if (redisGetReply(context_.get(), &reply) != REDIS_OK || reply == nullptr)
        lost(context_.get());
    return take(reply);
}

void RedisLink::read()
{
    if (redisBufferRead(context_.get()) != REDIS_OK)
        lost(context_.get());
}

std::optional<RedisReply> RedisLink::received()
{
    void* reply = nullptr;
    if (redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK)
        lost(context_.get());
    if (reply == nullptr)
        return {};
    return take(reply);
}

int RedisLink::descriptor() const { return context_->fd; }

}  // namespace wgw::bus
