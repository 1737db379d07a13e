#pragma once
/// A sign-in that has failed, for the operator who is asked why: into the journal, and, at its pace, into the log.
///
/// Tests  sign_in_notes_test.cpp, tests/e2e/operator_sign_in.test.mjs

#include "gateway/rest.hpp"
#include "gateway/throttles.hpp"
#include "model/result.hpp"

#include <string_view>

namespace wgw::gateway {

/// What a failure says of the reason, whoever has answered: also a service of the original, which has status and words
/// only.
SignInJournal::Why reason_of(const Failure& failure);

void note_failed_sign_in(
    Throttles& throttles, std::string_view username, const RestRequest& request, const Failure& failure
);

}  // namespace wgw::gateway
