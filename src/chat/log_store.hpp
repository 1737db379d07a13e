#pragma once
/// The logs of all rooms, and their members. test_log_store_contract.cpp is its specification.
///
/// Used by one thread at a time; blocking. What is read for people (pages, lists) is not here but in history.hpp.
///
/// Transaction  In a store with transactions whoever owns one opens and commits it around the calls: with SQLite the
///              store thread around a batch. Nobody may be told of an entry before that commit has returned.
///              Where every append is durable by itself (MongoDB, w:majority and j:true) there is nothing to do.
/// Errors       an exception if the store is broken: then what was appended may be there or not

#include "chat/room.hpp"

#include <cstddef>
#include <exception>
#include <optional>
#include <span>
#include <vector>

namespace wgw::chat {

class LogStore {
public:
    virtual ~LogStore() = default;

    /// The room as of its last stored entry; nothing if there is no such room.
    virtual std::optional<Room> load(RoomId room) = 0;

    /// The seq of the room's last stored entry; 0 if there is no such room. Cheap, as load() is not.
    virtual Seq head(RoomId room) = 0;

    /// The entry at `seq`, if there is one.
    virtual std::optional<Entry> find(RoomId room, Seq seq) = 0;

    /// The entries behind `after`, in order, at most `most`.
    virtual std::vector<Entry> behind(RoomId room, Seq after, std::size_t most) = 0;

    /// Of how many rooms `user` is a member; counted up to `most`.
    virtual std::size_t rooms_of(UserId user, std::size_t most) = 0;

    struct Appended {
        std::size_t kept = 0;        ///< Entries kept, from the front.
        std::optional<Entry> taken;  ///< Where kept < all: the stored entry that already has the next one's key;
                                     ///< nothing if its seq is taken: then read on, see behind().
    };

    /// Adds consecutive entries of one room, and the room and the memberships that they make. Precondition: the first
    /// is numbered on a head that load(), behind() or append() has shown.
    /// A store may have the _id for the key of an entry that has none: an entry that is stored already, and is numbered
    /// anew because whoever asked for it asks again, is `taken` by itself.
    virtual Appended append(std::span<const Entry> entries) = 0;

    /// Of a part of append_each(): what it has become, or what the log threw about it alone.
    struct Part {
        Appended appended = {};
        std::exception_ptr error = {};
    };

    /// The same for several rooms, once each. What one meets is no matter to the others. Throws where the store is
    /// broken for all of them.
    virtual std::vector<Part> append_each(std::span<const std::span<const Entry>> parts)
    {
        std::vector<Part> results;
        for (const auto& part : parts) {
            try {
                results.push_back({append(part)});
            } catch (...) {
                results.push_back({.error = std::current_exception()});
            }
        }
        return results;
    }

    /// The transaction was rolled back, or its end is uncertain: nothing that was learned in it holds.
    virtual void forget() noexcept = 0;
};

}  // namespace wgw::chat
