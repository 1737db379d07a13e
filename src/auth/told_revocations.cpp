#include "auth/told_revocations.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace wgw::auth {
namespace {

Task<Result<bus::Answer>> tell(
    std::shared_ptr<const bus::Operation> operation, const RevocationTrail* trail, bus::Request request, Caller caller
)
{
    const auto before = trail->count();
    auto answer = co_await operation->run(std::move(request), std::move(caller));
    if (auto rows = trail->since(before); answer && !rows.empty())
        answer->headers.push_back({std::string(kRevokedHeader), std::move(rows)});
    co_return answer;
}

void hear(std::string_view rows, RevocationList& revocations)
{
    if (json_check(rows) != JsonError::none || !JsonValue(rows).is_array())
        return log::warn("An auth service told of revocations that are none of ours.");
    auto elements = JsonValue(rows).elements();
    while (const auto element = elements.next())
        if (const auto row = read_revocation(*element); row && !row->is_of_user())
            revocations.hear(*row);
}

}  // namespace

void RevocationTrail::add(const Revocation& row)
{
    rows_.push_back(to_json(row));
    ++count_;
    if (rows_.size() > kMost)
        rows_.pop_front();
}

std::string RevocationTrail::since(std::uint64_t count) const
{
    const auto behind = std::min<std::uint64_t>(count_ - count, rows_.size());
    std::string list;
    for (auto row = rows_.end() - static_cast<std::ptrdiff_t>(behind); row != rows_.end(); ++row)
        list.append(list.empty() ? "[" : ",").append(*row);
    return list.empty() ? list : list + "]";
}

bus::Operations telling(bus::Operations operations, const RevocationTrail& trail)
{
    for (auto& operation : operations) {
        if (operation.pattern.recorded)
            continue;
        auto plain = std::make_shared<const bus::Operation>(operation);
        operation.run = [plain, &trail](bus::Request request, Caller caller) {
            return tell(plain, &trail, std::move(request), std::move(caller));
        };
    }
    return operations;
}

Task<Result<bus::Answer>> HearingServices::ask(
    bus::Pattern pattern, std::string data, Caller caller, std::vector<bus::Header> headers
)
{
    auto answer = co_await services_->ask(pattern, std::move(data), std::move(caller), std::move(headers));
    if (answer)
        if (const auto rows = bus::header_of(answer->headers, kRevokedHeader); !rows.empty())
            hear(rows, revocations_);
    co_return answer;
}

}  // namespace wgw::auth
