#include "gateway/documents.hpp"

#include "docs/asyncapi.hpp"
#include "docs/events_page.hpp"
#include "docs/openapi.hpp"
#include "gateway/event_table.hpp"
#include "gateway/routes.hpp"

namespace wgw::gateway {

std::string openapi_document(const Limits& limits, std::string_view version, bool recorded)
{
    std::vector<docs::Route> rows;
    for (const RouteRow& row : route_table())
        rows.push_back({row.pattern.method, row.pattern.path, row.guarded, row.status, &row.about});
    return docs::openapi(rows, limits, {.version = version, .authorization_parameter = recorded});
}

std::string asyncapi_document(const Limits& limits, std::string_view version)
{
    return docs::asyncapi(kEvents, limits, version);
}

docs::Site documents_site(const Limits& limits, std::string version)
{
    return docs::Site({
        .recorded_openapi = [limits, version] { return openapi_document(limits, version, true); },
        .openapi = [limits, version] { return openapi_document(limits, version); },
        .asyncapi = [limits, version] { return asyncapi_document(limits, version); },
        .events_page = [limits, version] { return docs::events_page(kEvents, limits, version); },
    });
}

}  // namespace wgw::gateway
