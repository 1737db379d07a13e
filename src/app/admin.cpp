#include "app/admin.hpp"

namespace wgw::app {

HttpResponse Admin::too_large(const HttpRequest&, net::Exchange)
{
    HttpResponse response;
    response.status = 413;
    return response;
}

void Admin::on_request(HttpRequest request, net::Exchange exchange)
{
    HttpResponse response;
    response.content_type = "text/plain; charset=utf-8";
    const std::string_view path = request.path();
    if (path == "/livez") {
        response.status = 200;
        response.body = "ok\n";
    } else if (path == "/readyz") {
        const std::string reason = not_ready_();
        response.status = reason.empty() ? 200 : 503;
        response.body = reason.empty() ? "ready\n" : reason + "\n";
    } else {
        response.status = 404;
        response.body = "There are /livez and /readyz here.\n";
    }
    http_->respond(exchange, std::move(response));
}

}  // namespace wgw::app
