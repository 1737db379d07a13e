#include "bus/hints_local.hpp"
#include "bus/test_hints_contract.hpp"

namespace wgw::bus {
namespace {

class LocalPair final : public HintsPair {
public:
    Hints& publisher() override { return hints_; }
    Hints& listener() override { return hints_; }
    void turn() override { FAIL() << "what is local has been told already"; }

private:
    LocalHints hints_;
};

INSTANTIATE_TEST_SUITE_P(Local, HintsContract, testing::Values([]() -> std::unique_ptr<HintsPair> {
                             return std::make_unique<LocalPair>();
                         }));

}  // namespace
}  // namespace wgw::bus
