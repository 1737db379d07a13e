#include "app/document_commands.hpp"

#include "app/commands.hpp"
#include "codec/yaml.hpp"
#include "gateway/documents.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace wgw::app {
namespace {

constexpr const char* kOpenapiExamples = R"(Examples:
  wegowhere openapi > openapi.json          for generators of clients
  wegowhere openapi --yaml > openapi.yaml

It has the limits of a server without settings; a running one hands out its own
at /openapi.json.)";

constexpr const char* kAsyncapiExamples = R"(Examples:
  wegowhere asyncapi > asyncapi.json

A running server hands it out at /asyncapi.json, and a page at /docs/events.)";

}  // namespace

std::function<bool()> add_documents(CLI::App& app)
{
    auto* openapi = app.add_subcommand("openapi", "Print the OpenAPI document of REST.");
    auto yaml = std::make_shared<bool>(false);
    openapi->add_flag("--yaml", *yaml, "As YAML.");
    openapi->footer(kOpenapiExamples);
    auto* asyncapi = app.add_subcommand("asyncapi", "Print the AsyncAPI document of the events.");
    asyncapi->footer(kAsyncapiExamples);
    return [openapi, asyncapi, yaml] {
        if (!openapi->parsed() && !asyncapi->parsed())
            return false;
        const std::string json =
            openapi->parsed() ? gateway::openapi_document({}, kVersion) : gateway::asyncapi_document({}, kVersion);
        std::fputs((*yaml ? yaml_of(json) : json + '\n').c_str(), stdout);
        return true;
    };
}

}  // namespace wgw::app
