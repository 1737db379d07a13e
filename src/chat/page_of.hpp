#pragma once
/// Collects a page of what a store gives, of which one more than wanted was asked for. It ends before the first item
/// with which it would be larger than kPageBytes, but has one at least. An item that cannot be read counts, and is left
/// out.

#include "chat/api.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wgw::chat {

/// Of messages in a page, as they are stored. One reader of large messages must not hold up all others.
inline constexpr std::size_t kPageBytes = 2 * 1024 * 1024;

template <class T, class Key>
class PageOf {
public:
    explicit PageOf(const Page<Key>& page) : limit_(page.limit), is_forward_(page.after.has_value()) {}

    /// Offers the next item: `read()` gives it, an std::optional<T>, if it is wanted. False: no further one is.
    template <class Read>
    bool offer(std::size_t bytes, Read read)
    {
        bytes_ += bytes;
        list_.more = seen_++ == limit_ || (bytes_ > kPageBytes && !list_.items.empty());
        if (list_.more)
            return false;
        if (std::optional<T> item = read())
            list_.items.push_back(*std::move(item));
        return true;
    }

    /// Oldest first.
    Listed<T> take()
    {
        if (!is_forward_)
            std::ranges::reverse(list_.items);
        return std::move(list_);
    }

private:
    std::size_t limit_;
    bool is_forward_;
    std::size_t bytes_ = 0;
    std::size_t seen_ = 0;
    Listed<T> list_;
};

/// The text in the body of a message; nothing if that is not what the store has.
std::optional<std::string> stored_content(std::string_view body);

/// Tells the operator of a message that is left out of a page.
void tell_of_damage(RoomId room, Seq seq);

}  // namespace wgw::chat
