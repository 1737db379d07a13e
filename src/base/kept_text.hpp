#pragma once
/// Text that many idle things keep: one pointer, one allocation of its exact size, none while it is empty. Immutable.
/// Tests  kept_text_test.cpp

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace wgw {

class KeptText {
public:
    KeptText() = default;
    KeptText(const KeptText& other) : KeptText(other.view()) {}
    KeptText(KeptText&&) noexcept = default;
    KeptText& operator=(KeptText other) noexcept
    {
        bytes_.swap(other.bytes_);
        return *this;
    }
    ~KeptText() = default;
    explicit KeptText(std::string_view text)
    {
        if (text.empty())
            return;
        const std::size_t size = text.size();
        bytes_ = std::make_unique_for_overwrite<char[]>(sizeof size + size);
        std::memcpy(bytes_.get(), &size, sizeof size);
        std::memcpy(bytes_.get() + sizeof size, text.data(), size);
    }

    /// Good until this is destroyed or assigned to.
    std::string_view view() const
    {
        if (!bytes_)
            return {};
        std::size_t size = 0;
        std::memcpy(&size, bytes_.get(), sizeof size);
        return {bytes_.get() + sizeof size, size};
    }

private:
    std::unique_ptr<char[]> bytes_;  ///< The size, then the text.
};

}  // namespace wgw
