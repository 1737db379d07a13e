#include "auth/remote_revocations.hpp"

#include "bus/services.hpp"

#include <stdexcept>

namespace wgw::auth {
namespace {

constexpr std::size_t kPage = 1'000;

struct Parts {
    store::Collection& rows;
};

Task<Result<bus::Answer>> find_revocations(Parts parts, bus::Request request, Caller)
{
    Id after;
    if (!request.data.empty() && JsonValue(request.data).is_object())
        if (const auto value = JsonValue(request.data).find("after"))
            after = Id::parse(value->string()).value_or(Id());
    store::Value anything = nullptr;
    auto rows = co_await parts.rows.list("", std::move(anything), after, kPage, store::Order::ascending);
    std::string out = "[";
    for (auto& document : rows)
        out.append(out.size() > 1 ? "," : "").append(to_json(revocation_of(std::move(document))));
    co_return bus::value(out += ']');
}

constexpr bus::OperationRow<Parts> kRows[] = {
    {patterns::kFindRevocations, find_revocations},
};

/// What was answered, read as a whole before any of it counts: rows behind `last`, in order.
std::vector<Revocation> read_page(std::string_view json, Id last)
{
    const JsonValue list(json);
    if (!list.is_array())
        throw std::runtime_error("The auth service has answered with something that is no list.");
    std::vector<Revocation> page;
    auto elements = list.elements();
    while (const auto element = elements.next()) {
        auto row = read_revocation(*element);
        if (!row || row->_id <= last || page.size() == kPage)
            throw std::runtime_error("The auth service has answered with something that is no page of revocations.");
        last = row->_id;
        page.push_back(*std::move(row));
    }
    return page;
}

}  // namespace

Task<> RemoteRevocations::refresh()
{
    Id last;
    while (true) {
        std::string data = R"({"after":")" + last.hex() + "\"}";
        auto answer = co_await bus::call(calls_, patterns::kFindRevocations, std::move(data), {});
        if (!answer)
            throw Refused(answer.error());
        if (answer->kind == bus::Answer::Kind::no_handler)
            co_return;  // a service of the original revokes nothing
        if (answer->kind != bus::Answer::Kind::value)
            throw std::runtime_error("The auth service has answered with something that is no list.");
        const auto page = read_page(answer->json, last);
        if (page.empty())
            co_return;
        last = page.back()._id;
        for (const auto& row : page)
            hear(row);
    }
}

bus::Operations revocation_operations(store::Collection& rows) { return bus::operations_of<Parts>(kRows, Parts{rows}); }

}  // namespace wgw::auth
