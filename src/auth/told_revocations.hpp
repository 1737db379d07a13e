#pragma once
/// Revocations that go along with the answer of the operation that made them.
///
/// A hint of them (Redis) and the answer (RabbitMQ) race: without this a client could be told that it has signed out by
/// a gateway that still takes its token. What is here is no more than that: everybody else hears of them by hint, or
/// reads them.
///
///     service   operations = telling(operations, trail)       with trail.add(row) of each row that is written
///     gateway   HearingServices services(remote, revocations)
///
/// Loop only.
/// Tests  told_revocations_test.cpp

#include "auth/revocations.hpp"
#include "bus/services.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

namespace wgw::auth {

/// Answered: a list of rows, as to_json() has them.
inline constexpr std::string_view kRevokedHeader = "x-wgw-revoked";

/// The rows that this process has written last.
class RevocationTrail {
public:
    static constexpr std::size_t kMost = 64;

    void add(const Revocation& row);

    /// How many were added.
    std::uint64_t count() const { return count_; }

    /// Those behind the first `count`, as a list; empty: there are none.
    std::string since(std::uint64_t count) const;

private:
    std::deque<std::string> rows_;
    std::uint64_t count_ = 0;
};

/// The same operations, with what was revoked meanwhile in the header of an answer that is no failure, also by others: a
/// gateway may know of each. Those that are recorded are left as they are. `trail` outlives them.
bus::Operations telling(bus::Operations operations, const RevocationTrail& trail);

/// Services that are asked for by somebody who wants to know what their answers say of sessions and tokens that have
/// ended. Not of a user's row: the newest of those counts, and an answer may be later than the hint of a newer one.
class HearingServices final : public bus::Services {
public:
    /// `revocations` outlives it.
    HearingServices(std::unique_ptr<bus::Services> services, RevocationList& revocations)
        : services_(std::move(services)), revocations_(revocations)
    {
    }

    Task<Result<bus::Answer>> ask(
        bus::Pattern pattern, std::string data, Caller caller, std::vector<bus::Header> headers = {}
    ) override;

private:
    std::unique_ptr<bus::Services> services_;
    RevocationList& revocations_;
};

}  // namespace wgw::auth
