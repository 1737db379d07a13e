#include "user/remote.hpp"

#include "base/all.hpp"
#include "bus/batching_calls.hpp"
#include "bus/services.hpp"
#include "codec/json_text.hpp"

#include <algorithm>
#include <stdexcept>

namespace wgw::user {
namespace {

/// Of a look-up, which is a part of something else: that is then refused by itself, before those who wait with it are.
constexpr Duration kPatience{2'000};
static_assert(kPatience < bus::BatchingCalls::kLeast);

constexpr std::size_t kAtOnce = 16;             // look-ups of one user each
constexpr std::int64_t kDuplicateKey = 11'000;  // MongoDB's code, as the original's services pass it on

JsonValue value_of(const Result<bus::Answer>& answer, bus::Pattern pattern)
{
    if (!answer)
        throw Refused(answer.error());
    if (answer->kind == bus::Answer::Kind::no_handler)
        throw Refused(bus::no_handler(pattern));
    if (answer->kind != bus::Answer::Kind::value)
        throw std::runtime_error("The user service answered without a value: " + std::string(pattern.name));
    return JsonValue(answer->json);
}

User user_of(JsonValue json)
{
    auto user = read_object(kUser, json);
    if (!user)
        throw std::runtime_error("The user service answered with something that is no user.");
    return *std::move(user);
}

std::optional<User> user_or_nothing(JsonValue json)
{
    if (json.is_null())
        return {};
    return user_of(json);
}

std::vector<User> users_of(JsonValue list)
{
    std::vector<User> users;
    auto elements = list.elements();
    while (const auto element = elements.next())
        users.push_back(user_of(*element));
    return users;
}

std::string with_id(const UserId& id) { return R"({"user_id":")" + id.hex() + "\"}"; }

std::string with_ids(const std::vector<UserId>& ids)
{
    std::string data = R"({"user_ids":[)";
    for (const auto& id : ids) {
        data += data.ends_with('[') ? "\"" : ",\"";
        id.append_hex(data);
        data += '"';
    }
    return data += "]}";
}

std::string with_page(const Page& page)
{
    std::string data = R"({"limit":)" + std::to_string(page.limit);
    if (page.before)
        data += R"(,"before":")" + page.before->hex() + '"';
    if (page.after)
        data += R"(,"after":")" + page.after->hex() + '"';
    return data += '}';
}

bool is_duplicate_key(std::string_view error)
{
    const JsonValue json(error);
    const auto code = json.is_object() ? json.find("code") : std::nullopt;
    return code && code->type() == JsonType::number && code->integer() == kDuplicateKey;
}

class RemoteUsers final : public UserApi {
public:
    RemoteUsers(bus::Calls& calls, const Tokens& tokens) : calls_(calls), tokens_(tokens) {}

    Task<Result<User>> create(UserId id, NewUser user, Origin by) override
    {
        std::string data;
        write(data, kNewUser, user);
        bus::Request request{
            std::string(patterns::kCreate.name),
            std::move(data),
            {{std::string(bus::kIdHeader), id.hex()}},
            std::move(by.request_id)
        };
        // Not through bus::call(): what an original service says of a name that is taken is in no form of a failure.
        auto raw = co_await calls_.call(patterns::kCreate.queue(), std::move(request));
        if (raw.kind == bus::Answer::Kind::error && is_duplicate_key(raw.json))
            co_return fail(Errc::username_taken);
        const auto answer = bus::result_of(std::move(raw), patterns::kCreate);
        if (!answer)
            co_return fail(answer.error());
        co_return user_of(value_of(answer, patterns::kCreate));
    }

    Task<std::optional<User>> find_by_id(UserId id, Origin by) override
    {
        auto answer = co_await bus::call(calls_, patterns::kFindById, with_id(id), shown(std::move(by)));
        co_return user_or_nothing(value_of(answer, patterns::kFindById));
    }

    Task<std::optional<User>> find_by_username(std::string username, Origin by) override
    {
        std::string data = R"({"username":)";
        append_json_string(data, username);
        data += '}';
        by.authorization = nullptr;  // as recorded: whoever signs in has none
        auto answer = co_await bus::call(calls_, patterns::kFindByUsername, std::move(data), std::move(by));
        co_return user_or_nothing(value_of(answer, patterns::kFindByUsername));
    }

    Task<std::vector<User>> find_by_ids(std::vector<UserId> ids, Origin by) override
    {
        by = shown(std::move(by));
        auto answer = co_await bus::call(calls_, patterns::kFindByIds, with_ids(ids), by, {}, {}, kPatience);
        if (answer && answer->kind == bus::Answer::Kind::no_handler)
            co_return co_await find_each(std::move(ids), std::move(by));
        co_return users_of(value_of(answer, patterns::kFindByIds));
    }

    Task<UserList> find_all(Page page) override
    {
        auto answer = co_await bus::call(calls_, patterns::kFindAll, with_page(page), shown({}));
        const auto json = value_of(answer, patterns::kFindAll);
        // A service that knows no pages answers with all of them.
        if (!json.is_object())
            co_return UserList{users_of(json), false};
        const auto items = json.find("items");
        const auto next = json.find("next");
        co_return UserList{items ? users_of(*items) : std::vector<User>(), next && !next->is_null()};
    }

private:
    Origin shown(Origin by) const
    {
        // Of nobody: it opens what any user may read, and no account can be disabled under it.
        if (!by.authorization)
            by.authorization = std::make_shared<const std::string>("Bearer " + tokens_.sign({}, "").access);
        return by;
    }

    Task<std::vector<User>> find_each(std::vector<UserId> ids, Origin by)
    {
        std::vector<std::optional<User>> found(ids.size());
        for (std::size_t begin = 0; begin < ids.size(); begin += kAtOnce) {
            std::vector<Task<void>> tasks;
            for (std::size_t i = begin; i < std::min(begin + kAtOnce, ids.size()); ++i)
                tasks.push_back(find_into(found[i], ids[i], by));
            co_await all(std::move(tasks));
        }
        std::vector<User> users;
        for (auto& user : found)
            if (user)
                users.push_back(*std::move(user));
        std::ranges::sort(users, {}, &User::_id);
        co_return users;
    }

    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): find_each() waits for it
    Task<void> find_into(std::optional<User>& found, UserId id, Origin by)
    {
        found = co_await find_by_id(id, std::move(by));
    }

    bus::Calls& calls_;
    const Tokens& tokens_;
};

}  // namespace

std::unique_ptr<UserApi> make_remote_users(bus::Calls& calls, const Tokens& tokens)
{
    return std::make_unique<RemoteUsers>(calls, tokens);
}

}  // namespace wgw::user
