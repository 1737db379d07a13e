#include "loadgen/delivery_checker.hpp"

#include <numeric>

namespace wgw::loadgen {

DeliveryChecker::DeliveryChecker(std::uint32_t rooms, std::uint32_t members, std::uint32_t senders)
    : members_(members), senders_(senders), sent_(std::size_t{rooms} * members),
      next_(std::size_t{rooms} * members * senders)
{
}

bool DeliveryChecker::arrive(std::uint32_t receiver, std::uint32_t sender, std::uint32_t number)
{
    if (sender >= sent_.size() || number >= sent_[sender]) {
        ++counts_.unknown;
        return false;
    }
    if (sender / members_ != receiver / members_) {
        ++counts_.wrong_room;
        return false;
    }
    const std::uint64_t pair = std::uint64_t{receiver} * senders_ + sender % members_;
    auto& next = next_[pair];
    if (number < next) {
        if (missing_.erase(pair << 32U | number) == 0) {
            ++counts_.duplicated;
            return false;
        }
        ++counts_.reordered;
    } else {
        for (; next < number; ++next)
            missing_.insert(pair << 32U | next);
        ++next;
    }
    ++counts_.arrived;
    return true;
}

std::uint64_t DeliveryChecker::sent() const { return std::accumulate(sent_.begin(), sent_.end(), std::uint64_t{0}); }

std::uint64_t DeliveryChecker::due() const { return sent() * members_ - counts_.arrived; }

DeliveryCounts DeliveryChecker::finish() const
{
    DeliveryCounts result = counts_;
    result.lost = due();
    return result;
}

}  // namespace wgw::loadgen
