#pragma once
/// A table of objects that know their own key: one pointer a place, and nothing else, where a hash map has a node for
/// each. Open addressing with linear probing; at most three quarters are used, and it never shrinks.
///
///     struct ByNumber {
///         static std::uint64_t key_of(const Thing& thing) { return thing.number(); }
///         static std::size_t hash(std::uint64_t key) { return spread(key); }
///     };
///     FlatTable<std::unique_ptr<Thing>, ByNumber> things;
///
/// Handle    a pointer of any kind: empty by default, movable; what it points at keeps its key while it is here
/// Tests     flat_table_test.cpp

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <utility>
#include <vector>

namespace wgw {

/// Hash of a counter: neighbours end up far apart.
constexpr std::size_t spread(std::uint64_t number)
{
    number *= 0x9e37'79b9'7f4a'7c15;
    return number ^ (number >> 32);
}

template <class Handle, class Keys>
class FlatTable {
public:
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    /// Precondition: none has its key.
    void insert(Handle handle)
    {
        if (4 * (size_ + 1) > 3 * places_.size())
            grow();
        put(std::move(handle));
        ++size_;
    }

    /// nullptr: there is none. The handle is good until the table changes.
    template <class Key>
    const Handle* find(const Key& key) const
    {
        const std::size_t place = place_of(key);
        return place == kNone ? nullptr : &places_[place];
    }

    /// Takes it out; an empty handle if there is none.
    template <class Key>
    Handle take(const Key& key)
    {
        const std::size_t place = place_of(key);
        if (place == kNone)
            return {};
        Handle taken = std::exchange(places_[place], Handle());
        --size_;
        close_gap(place);
        return taken;
    }

    /// In no order. The table does not change meanwhile.
    auto all() const
    {
        return places_ | std::views::filter([](const Handle& handle) { return static_cast<bool>(handle); });
    }

private:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
    static constexpr std::size_t kFirst = 8;

    std::size_t mask() const { return places_.size() - 1; }
    std::size_t home_of(const Handle& handle) const { return Keys::hash(Keys::key_of(*handle)) & mask(); }

    template <class Key>
    std::size_t place_of(const Key& key) const
    {
        if (places_.empty())
            return kNone;
        for (std::size_t at = Keys::hash(key) & mask(); places_[at]; at = (at + 1) & mask())
            if (Keys::key_of(*places_[at]) == key)
                return at;
        return kNone;
    }

    void put(Handle handle)
    {
        std::size_t at = home_of(handle);
        while (places_[at])
            at = (at + 1) & mask();
        places_[at] = std::move(handle);
    }

    /// Moves up what could not stand in the gap or in front of it.
    void close_gap(std::size_t gap)
    {
        for (std::size_t at = (gap + 1) & mask(); places_[at]; at = (at + 1) & mask()) {
            const std::size_t from_home = (at - home_of(places_[at])) & mask();
            if (from_home < ((at - gap) & mask()))
                continue;
            places_[gap] = std::exchange(places_[at], Handle());
            gap = at;
        }
    }

    void grow()
    {
        auto old = std::exchange(places_, std::vector<Handle>(places_.empty() ? kFirst : 2 * places_.size()));
        for (auto& handle : old)
            if (handle)
                put(std::move(handle));
    }

    std::vector<Handle> places_;  ///< A power of two of them.
    std::size_t size_ = 0;
};

}  // namespace wgw
