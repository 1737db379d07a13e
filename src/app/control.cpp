#include "app/control.hpp"

#include "base/log.hpp"
#include "gateway/envelope.hpp"
#include "model/failure_json.hpp"

namespace wgw::app {
namespace {

void tell(std::exception_ptr error)
{
    try {
        std::rethrow_exception(std::move(error));
    } catch (const std::exception& what) {
        log::error(
            "An operation of the control socket failed.",
            {
                {"what", what.what()}
        }
        );
    }
}

}  // namespace

Control::Control(Operations operations, const Clock& clock) : operations_(operations), clock_(clock), tasks_(tell) {}

HttpResponse Control::answer(const Result<std::string>& outcome) const
{
    HttpResponse response;
    response.status = outcome ? 200 : outcome.error().http_status();
    response.content_type = "application/json; charset=utf-8";
    response.body = outcome ? gateway::envelope(true, clock_.now(), *outcome)
                            : gateway::envelope(false, clock_.now(), failure_data(outcome.error()));
    return response;
}

Task<HttpResponse> Control::serve(std::string operation, std::string arguments)
{
    try {
        co_return answer(co_await operations_.run(operation, std::move(arguments)));
    } catch (const Unavailable& error) {
        co_return answer(fail(Errc::unavailable, error.what()));
    } catch (const std::exception& error) {
        log::error(
            "An operation failed.",
            {
                {"operation", operation   },
                {"what",      error.what()}
        }
        );
        co_return answer(fail(Errc::internal, error.what()));
    }
}

HttpResponse Control::too_large(const HttpRequest&, net::Exchange) { return answer(fail(Errc::too_large)); }

void Control::on_request(HttpRequest request, net::Exchange exchange)
{
    tasks_.spawn(reply(std::move(request), exchange));
}

Task<void> Control::reply(HttpRequest request, net::Exchange exchange)
{
    std::string operation(request.path().substr(1));
    if (request.method != "POST")
        operation.clear();
    auto response = co_await serve(std::move(operation), std::move(request.body));
    http_->respond(exchange, std::move(response));
}

}  // namespace wgw::app
