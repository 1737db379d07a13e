#include "sio/server/server.hpp"

#include "sio/client/client_files.hpp"
#include "sio/server/acks.hpp"
#include "sio/server/core.hpp"

namespace wgw::sio {
namespace {

/// `*` stands for any number of characters but `/`. What does not match is tried again from the last star only.
bool matches(std::string_view pattern, std::string_view name)
{
    constexpr auto kNone = std::string_view::npos;
    std::size_t at = 0;
    std::size_t star = kNone;
    std::size_t retry = 0;
    for (std::size_t i = 0; i < name.size();) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            retry = i;
        } else if (at < pattern.size() && pattern[at] == name[i]) {
            ++at;
            ++i;
        } else if (star != kNone && name[retry] != '/') {
            at = star + 1;
            i = ++retry;
        } else {
            return false;
        }
    }
    while (at < pattern.size() && pattern[at] == '*')
        ++at;
    return at == pattern.size();
}

}  // namespace

Server::Server(net::Loop& loop, Random& random, ServerOptions options)
    : core_(std::make_unique<ServerCore>(loop, random, std::move(options)))
{
}

Server::~Server() = default;

Namespace& Server::of(std::string_view name) { return core_->of(name); }

Namespace& Server::of_pattern(std::string pattern)
{
    return of_matching([pattern = std::move(pattern)](std::string_view name, std::string_view) {
        return matches(pattern, name);
    });
}

Namespace& Server::of_matching(std::function<bool(std::string_view name, std::string_view auth)> wanted)
{
    return core_->of_matching(std::move(wanted));
}

void Server::attach(net::Responder& http) { core_->engine.attach(http); }

bool Server::serves(std::string_view path) const { return core_->engine.serves(path); }

std::size_t Server::body_limit() const { return core_->engine.body_limit(); }

HttpResponse Server::too_large(const HttpRequest& request, net::Exchange exchange)
{
    return core_->engine.too_large(request, exchange);
}

void Server::on_request(HttpRequest request, net::Exchange exchange)
{
    auto& engine = core_->engine;
    if (core_->options.serve_client) {
        const auto name = request.path().substr(std::min(request.path().size(), engine.options().path.size()));
        if (auto file = client_file(name, request))
            return engine.respond(request, exchange, *std::move(file));
    }
    engine.on_request(std::move(request), exchange);
}

void Server::on_head(const HttpRequest& head, net::Exchange exchange) { core_->engine.on_head(head, exchange); }

void Server::on_gone(net::Exchange exchange) { core_->engine.on_gone(exchange); }

void Server::drain(Duration spread) { core_->engine.drain(spread); }

bool Server::awaits_poll() const { return core_->engine.awaits_poll(); }

bool Server::drained() const { return core_->engine.drained(); }

std::size_t Server::connections() const { return core_->engine.connections(); }

const EngineCounts& Server::counts() const { return core_->engine.counts(); }

}  // namespace wgw::sio
