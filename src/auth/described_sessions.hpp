#pragma once
/// Saying whose session a sign-up or sign-in has begun, where their packets are those of the original, which have no
/// place for an address: the service is told behind its answer, with the token that it has made.
///
/// A service of the original makes tokens without a session, and is told nothing. That it cannot be told is no matter:
/// the session then says less of itself.
///
/// Loop only.
/// Tests  described_sessions_test.cpp

#include "bus/services.hpp"
#include "model/token.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wgw::auth {

class DescribingServices final : public bus::Services {
public:
    /// `tokens` outlives it.
    DescribingServices(std::unique_ptr<bus::Services> services, const Tokens& tokens)
        : services_(std::move(services)), tokens_(tokens)
    {
    }

    Task<Result<bus::Answer>> ask(
        bus::Pattern pattern, std::string data, Caller caller, std::vector<bus::Header> headers = {}
    ) override;

private:
    Task<> describe(std::string pair, Origin origin, std::vector<bus::Header> peer);

    std::unique_ptr<bus::Services> services_;
    const Tokens& tokens_;
};

}  // namespace wgw::auth
