#pragma once
/// What every ChatApi that stores does: its tests are in test_service_contract.cpp, and each program of tests says on
/// which ones it runs them.
///
///     INSTANTIATE_TEST_SUITE_P(Every, AChat, testing::ValuesIn(kChats), name_of_chat);

#include "base/test_loop.hpp"
#include "chat/api.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wgw::chat {

/// What one process has of chat. Its store outlives it.
struct ChatProcess {
    virtual ~ChatProcess() = default;
    virtual ChatApi& chat() = 0;
    virtual TestLoop& loop() = 0;

    /// Hands over what was submitted, as the end of a turn does.
    virtual void flush() = 0;

    /// Commands.
    virtual std::size_t under_way() const = 0;

    template <class T>
    T await(Task<T> task)
    {
        return loop().await(std::move(task), [this] { flush(); });
    }

    /// Hands over what was submitted, and waits for all of it.
    void settle()
    {
        flush();
        while (under_way() > 0)
            loop().run_one();
    }
};

/// What outlives the processes.
struct ChatStore {
    virtual ~ChatStore() = default;

    /// Of commands under way at most `capacity`.
    virtual std::unique_ptr<ChatProcess> start(std::size_t capacity) = 0;
};

struct ChatKind {
    std::string_view name;
    std::unique_ptr<ChatStore> (*make)();

    friend void PrintTo(const ChatKind& row, std::ostream* out) { *out << row.name; }
};

inline std::string name_of_chat(const testing::TestParamInfo<ChatKind>& row) { return std::string(row.param.name); }

/// Ends with the number.
Id chat_id(int number);

inline Caller as(UserId user)
{
    Caller caller;
    caller.user_id = user;
    return caller;
}

extern const UserId kOwner;
extern const UserId kMember;
extern const UserId kStranger;

/// A process with a room of kOwner and kMember.
class AChat : public testing::TestWithParam<ChatKind> {
protected:
    AChat()
    {
        room_ = process_->await(process_->chat().create_room(kOwner, "tea"))->_id;
        EXPECT_TRUE(process_->await(process_->chat().join(room_, kMember)).has_value());
        listen();
    }

    void restart()
    {
        process_.reset();
        process_ = store_->start(kCapacity);
        listen();
    }
    void listen()
    {
        process_->chat().set_listener([this](const Entry& entry) {
            told_.push_back("told " + std::to_string(entry.seq));
        });
    }

    /// Submits; the answer comes with settle(), as "<seq>", "<seq> again" or the name of a code.
    void send(UserId caller, std::string content, std::optional<std::string> key = {})
    {
        send_to(room_, caller, std::move(content), std::move(key));
    }
    void send_to(RoomId room, UserId caller, std::string content, std::optional<std::string> key = {})
    {
        process_->chat().submit(
            room, as(caller), Send{std::move(content), std::move(key)},
            [this](Result<Outcome> outcome) { told_.push_back(in_words(outcome)); }
        );
    }
    std::vector<std::string> settle()
    {
        process_->settle();
        return std::exchange(told_, {});
    }
    static std::string in_words(const Result<Outcome>& outcome)
    {
        if (!outcome)
            return std::string(row(outcome.error().code).name);
        return std::to_string(outcome->entry.seq) + (outcome->duplicate ? " again" : "");
    }
    std::vector<std::string> contents()
    {
        std::vector<std::string> found;
        for (const auto& message : process_->await(process_->chat().messages(room_, kOwner, {}))->items)
            found.push_back(message.content);
        return found;
    }

    static constexpr std::size_t kCapacity = 4'096;

    std::unique_ptr<ChatStore> store_ = GetParam().make();
    std::unique_ptr<ChatProcess> process_ = store_->start(kCapacity);
    RoomId room_;
    std::vector<std::string> told_;
};

/// Messages 3 to 6: "a", "b", "c", "d".
class APageOfChat : public AChat {
protected:
    APageOfChat()
    {
        for (const char* content : {"a", "b", "c", "d"})
            send(kOwner, content);
        settle();
    }

    /// The contents of a page, and "…" where there is more.
    std::vector<std::string> page(Page<Seq> page)
    {
        const auto list = process_->await(process_->chat().messages(room_, kMember, page)).value();
        std::vector<std::string> found;
        for (const auto& message : list.items)
            found.push_back(message.content);
        if (list.more)
            found.insert(page.after ? found.end() : found.begin(), "…");
        return found;
    }
};

}  // namespace wgw::chat
