#include "store/collection_sqlite.hpp"
#include "store/test_collection_contract.hpp"
#include "store/test_store.hpp"

namespace wgw::store {
namespace {

class SqliteStore final : public Store {
public:
    Collection& collection() override { return *collection_; }
    TestLoop& loop() override { return store_.loop; }
    void end_of_turn() override { store_.flush(); }

private:
    TestStore store_{[](Sqlite& db) {
        create_collection(db, kContractSpec);
        create_collection(db, kContractSpec);  // as at the second start
    }};
    std::unique_ptr<Collection> collection_ = make_sqlite_collection(store_.writer, store_.readers, kContractSpec);
};

const StoreUnderTest kStores[] = {
    {"sqlite", [] -> std::unique_ptr<Store> { return std::make_unique<SqliteStore>(); }},
};

INSTANTIATE_TEST_SUITE_P(Stores, ACollection, testing::ValuesIn(kStores), name_of_store);

}  // namespace
}  // namespace wgw::store
