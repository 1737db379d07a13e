#include "gateway/gateway.hpp"

#include "base/log_stray.hpp"

namespace wgw::gateway {
Gateway::Gateway(Parts parts)
    : sockets_(parts.sockets), chat_(parts.chat), revocations_(parts.revocations), throttles_(parts.throttles),
      guard_(parts.tokens, parts.revocations, parts.keep), site_(documents_site(parts.limits, parts.version)),
      request_ids_(std::move(parts.request_ids)),
      rest_(
          routes({parts.services, parts.chat, hub_, parts.limits, parts.throttles}), guard_, parts.limits, parts.clock,
          request_ids_, [this](const HttpRequest& request) { return site_.answer(request); }
      ),
      hub_tasks_(log_stray), hub_(parts.sockets.of("/"), parts.chat, parts.users, hub_tasks_, event_counts_),
      events_(
          {parts.sockets.of("/"), parts.chat, hub_, parts.users, hub_tasks_, guard_, parts.limits, parts.throttles,
           parts.clock, parts.loop, event_counts_, request_ids_, parts.node, parts.version}
      ),
      tasks_(log_stray)
{
    chat_.set_listener([this](const chat::Entry& entry) { hub_.on_entry(entry); });
    revocations_.set_listener([this](UserId user) { events_.on_revoked(user); });
}

Gateway::~Gateway()
{
    chat_.set_listener({});
    revocations_.set_listener({});
    sockets_.of("/").forget_handlers();
}

void Gateway::refuse_work() { events_.refuse_work(); }

void Gateway::attach(net::Responder& http)
{
    http_ = &http;
    sockets_.attach(http);
}

std::size_t Gateway::body_limit(const HttpRequest& head)
{
    return sockets_.serves(head.path()) ? sockets_.body_limit() : rest_.body_limit(head);
}

HttpResponse Gateway::too_large(const HttpRequest& head, net::Exchange exchange)
{
    return sockets_.serves(head.path()) ? sockets_.too_large(head, exchange) : rest_.too_large();
}

void Gateway::on_head(const HttpRequest& head, net::Exchange exchange)
{
    if (sockets_.serves(head.path()))
        sockets_.on_head(head, exchange);
}

void Gateway::on_request(HttpRequest request, net::Exchange exchange)
{
    request.peer = throttles_.client_of(request);
    if (sockets_.serves(request.path())) {
        sockets_.on_request(std::move(request), exchange);
    } else if (request.wants_upgrade()) {
        // Nothing else here speaks another protocol; an answer as if it were plain would confuse whoever asked.
        HttpResponse response;
        response.status = 400;
        response.close = true;
        http_->respond(exchange, std::move(response));
    } else {
        tasks_.spawn(serve(std::move(request), exchange));
    }
}

void Gateway::on_gone(net::Exchange exchange) { sockets_.on_gone(exchange); }

Task<void> Gateway::serve(HttpRequest request, net::Exchange exchange)
{
    HttpResponse response = co_await rest_.serve(std::move(request));
    http_->respond(exchange, std::move(response));
}

}  // namespace wgw::gateway
