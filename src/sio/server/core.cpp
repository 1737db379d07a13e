#include "sio/server/core.hpp"

#include "codec/base64.hpp"
#include "sio/server/acks.hpp"
#include "sio/server/client.hpp"

#include <algorithm>
#include <array>

namespace wgw::sio {
namespace {

constexpr std::size_t kNumberBytes = 5;  // of an id's 15, behind ten random ones

SocketOptions socket_options_of(const ServerOptions& options)
{
    SocketOptions socket;
    socket.connect_timeout = options.connect_timeout;
    socket.attachment_timeout = options.attachment_timeout;
    socket.max_attachments = options.max_attachments;
    socket.json = options.json;
    socket.max_namespaces = options.max_namespaces;
    socket.max_payload = options.engine.max_payload;
    socket.msgpack = options.msgpack;
    return socket;
}

std::string text_of(std::span<const std::byte> bytes)
{
    return base64_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, Base64::url);
}

}  // namespace

ServerCore::ServerCore(net::Loop& loop_, Random& random_, ServerOptions options_)
    : loop(loop_), random(random_), options(std::move(options_)), socket_options(socket_options_of(options)),
      engine(loop_, random_, options.engine, [this](EngineConnection::Opening opening) {
          return std::make_unique<Client>(*this, std::move(opening));
      })
{
    of("/");
}

Namespace& ServerCore::of(std::string_view name)
{
    const std::string full = name.starts_with('/') ? std::string(name) : "/" + std::string(name);
    auto& slot = namespaces_[full];
    if (!slot)
        slot = std::make_unique<Namespace>(*this, full, std::make_shared<Handlers>(), false);
    return *slot;
}

Namespace& ServerCore::of_matching(Matches matches)
{
    auto nsp = std::make_unique<Namespace>(*this, "", std::make_shared<Handlers>(), false);
    patterns_.push_back({std::move(matches), std::move(nsp)});
    return *patterns_.back().nsp;
}

Namespace* ServerCore::find(std::string_view name, std::string_view auth)
{
    if (const auto known = namespaces_.find(name); known != namespaces_.end())
        return known->second.get();
    const auto pattern = std::ranges::find_if(patterns_, [&](const Pattern& one) { return one.matches(name, auth); });
    if (pattern == patterns_.end())
        return nullptr;
    auto made = std::make_unique<Namespace>(*this, std::string(name), pattern->nsp->handlers_, true);
    pattern->nsp->family_.push_back(made.get());
    return namespaces_.emplace(name, std::move(made)).first->second.get();
}

void ServerCore::keep_for_now(std::unique_ptr<Socket> ended)
{
    ended_.push_back(std::move(ended));
    if (ended_.size() > 1)
        return;
    // Before what on_left() posts: a socket needs its namespace.
    loop.post([this, alive = std::weak_ptr(alive_)] {
        if (!alive.expired())
            std::exchange(ended_, {}).clear();  // what their data does in the end may end others
    });
}

void ServerCore::on_left(Namespace& nsp)
{
    if (!nsp.dynamic_ || nsp.size() > 0)
        return;
    loop.post([this, alive = std::weak_ptr(alive_), name = nsp.name()] {
        if (alive.expired())
            return;
        const auto found = namespaces_.find(name);
        if (found == namespaces_.end() || !found->second->dynamic_ || found->second->size() > 0)
            return;
        for (auto& pattern : patterns_)
            std::erase(pattern.nsp->family_, found->second.get());
        namespaces_.erase(found);
    });
}

Socket::Id ServerCore::make_id(std::uint64_t number)
{
    std::array<std::byte, 15> bytes{};
    random.fill(std::span(bytes).first(bytes.size() - kNumberBytes));
    for (std::size_t i = 0; i < kNumberBytes; ++i)
        bytes[bytes.size() - kNumberBytes + i] = bytes[i] ^ static_cast<std::byte>(number >> (8 * i));
    Socket::Id id;
    std::ranges::copy(text_of(bytes), id.begin());
    return id;
}

std::uint64_t ServerCore::number_of(std::string_view id)
{
    const auto bytes = id.size() == Socket::kIdSize ? base64_decode(id, Base64::url) : std::nullopt;
    std::uint64_t number = 0;
    for (std::size_t i = 0; bytes && i < kNumberBytes; ++i) {
        const auto mixed = (*bytes)[bytes->size() - kNumberBytes + i] ^ (*bytes)[i];
        number |= std::uint64_t{static_cast<unsigned char>(mixed)} << (8 * i);
    }
    return number;
}

std::string ServerCore::make_secret()
{
    std::array<std::byte, 15> bytes{};
    random.fill(bytes);
    return text_of(bytes);
}

}  // namespace wgw::sio
