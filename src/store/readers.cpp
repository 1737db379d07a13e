#include "store/readers.hpp"

#include <algorithm>
#include <utility>

namespace wgw::store {

Readers::Reader::Reader(const std::string& path, std::string name, std::size_t capacity, Outlet& outlet)
    : db(path, Sqlite::Mode::read), worker({.name = std::move(name), .capacity = capacity}, outlet)
{
}

Readers::Readers(const std::string& path, Outlet& outlet, std::size_t capacity)
{
    for (std::size_t i = 0; i < kThreads; ++i)
        readers_[i] = std::make_unique<Reader>(path, "reader-" + std::to_string(i + 1), capacity, outlet);
}

Readers::Reader& Readers::less_busy()
{
    return **std::ranges::min_element(readers_, {}, [](const auto& reader) { return reader->worker.under_way(); });
}

void Readers::flush()
{
    for (const auto& reader : readers_)
        reader->worker.flush();
}

void Readers::stop()
{
    for (const auto& reader : readers_)
        reader->worker.stop();
}

}  // namespace wgw::store
