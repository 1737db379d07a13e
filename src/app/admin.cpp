#include "app/admin.hpp"

#include "codec/json_text.hpp"

#include <algorithm>

namespace wgw::app {
namespace {

HttpResponse text(int status, std::string body)
{
    HttpResponse response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(body);
    return response;
}

std::string in_words(const std::vector<Check>& checks)
{
    std::string out;
    for (const auto& check : checks) {
        ((out += check.name) += ": ") += check.holds() ? "ok" : check.problem;
        if (!check.sentence.empty())
            ((out += " (") += check.sentence) += ')';
        out += '\n';
    }
    return out;
}

std::string in_json(const std::vector<Check>& checks, bool ready)
{
    std::string out = ready ? R"({"ready":true,"checks":[)" : R"({"ready":false,"checks":[)";
    for (const auto& check : checks) {
        out += out.ends_with('[') ? R"({"name":)" : R"(,{"name":)";
        append_json_string(out, check.name);
        out += check.holds() ? R"(,"ok":true)" : R"(,"ok":false)";
        if (!check.holds())
            append_json_string(out += R"(,"why":)", check.problem);
        if (!check.sentence.empty())
            append_json_string(out += R"(,"message":)", check.sentence);
        out += '}';
    }
    return out + "]}\n";
}

}  // namespace

HttpResponse Admin::too_large(const HttpRequest&, net::Exchange)
{
    HttpResponse response;
    response.status = 413;
    return response;
}

void Admin::on_request(HttpRequest request, net::Exchange exchange) { http_->respond(exchange, answer(request)); }

HttpResponse Admin::answer(const HttpRequest& request) const
{
    if (request.method != "GET" && request.method != "HEAD") {
        HttpResponse response = text(405, "Only GET and HEAD here.\n");
        response.headers.emplace_back("Allow", "GET, HEAD");
        return response;
    }
    const std::string_view path = request.path();
    if (path == "/livez")
        return livez();
    if (path == "/readyz")
        return readyz(request);
    if (path == "/metrics")
        return metrics(request);
    return text(404, "There are /livez, /readyz, /readyz?verbose and /metrics here.\n");
}

HttpResponse Admin::livez() const
{
    const Duration lag = parts_.lag();
    if (lag < kLate)
        return text(200, "ok\n");
    return text(503, "loop_late: something waited " + std::to_string(lag.count()) + " ms for the loop.\n");
}

HttpResponse Admin::readyz(const HttpRequest& request) const
{
    const auto checks = parts_.checks();
    const auto broken = std::ranges::find_if_not(checks, &Check::holds);
    const bool ready = broken == checks.end();
    const int status = ready ? 200 : 503;
    if (request.header("accept").value_or("").contains("application/json")) {
        HttpResponse response = text(status, in_json(checks, ready));
        response.content_type = "application/json; charset=utf-8";
        return response;
    }
    if (request.query().starts_with("verbose"))
        return text(status, in_words(checks) + (ready ? "ready\n" : "not ready\n"));
    return text(status, ready ? "ready\n" : std::string(broken->problem) + "\n");
}

HttpResponse Admin::metrics(const HttpRequest& request) const
{
    const auto form = MetricsPage::form_for(request.header("accept").value_or(""));
    HttpResponse response = text(200, parts_.metrics(form));
    response.content_type = MetricsPage::content_type(form);
    return response;
}

}  // namespace wgw::app
