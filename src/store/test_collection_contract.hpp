#pragma once
/// The specification of store::Collection, run on every implementation: its tests are in test_collection_contract.cpp,
/// and each program of tests says on which stores it runs them.
///
///     INSTANTIATE_TEST_SUITE_P(Stores, ACollection, testing::ValuesIn(kStores), name_of_store);

#include "base/test_loop.hpp"
#include "store/collection.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::store {

extern const CollectionSpec kContractSpec;

/// A collection of kContractSpec, empty, and the loop that it is used on.
class Store {
public:
    virtual ~Store() = default;
    virtual Collection& collection() = 0;
    virtual TestLoop& loop() = 0;
    virtual void end_of_turn() = 0;
};

struct StoreUnderTest {
    std::string_view name;
    std::unique_ptr<Store> (*make)();

    friend void PrintTo(const StoreUnderTest& row, std::ostream* out) { *out << row.name; }
};

inline std::string name_of_store(const testing::TestParamInfo<StoreUnderTest>& row)
{
    return std::string(row.param.name);
}

std::vector<int> numbers(const std::vector<Document>& documents);

/// Ends with the number.
Id contract_id(int number);

class ACollection : public testing::TestWithParam<StoreUnderTest> {
protected:
    template <class T>
    T await(Task<T> task)
    {
        return store_->loop().await(std::move(task), [this] { store_->end_of_turn(); });
    }
    std::optional<std::string> insert(Document document) { return await(things_.insert(std::move(document))); }
    std::vector<int> list(std::string_view field, Value value, int after, std::size_t limit, Order order)
    {
        return numbers(await(things_.list(field, std::move(value), after == 0 ? Id{} : contract_id(after), limit, order)
        ));
    }

    std::unique_ptr<Store> store_ = GetParam().make();
    Collection& things_ = store_->collection();
};

}  // namespace wgw::store
