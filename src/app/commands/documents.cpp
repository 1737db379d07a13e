#include "gateway/documents.hpp"

#include "app/commands/command_line.hpp"
#include "app/commands/commands.hpp"
#include "app/version.hpp"
#include "codec/yaml.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <string>

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

int print(const std::string& text)
{
    std::fputs(text.c_str(), stdout);
    return 0;
}

}  // namespace

void add_documents(CommandLine& line)
{
    auto* openapi = line.add("openapi", "Print the OpenAPI document of REST.", kOpenapiExamples);
    auto yaml = std::make_shared<bool>(false);
    openapi->add_flag("--yaml", *yaml, "As YAML.");
    line.on(openapi, [yaml] {
        const std::string json = gateway::openapi_document({}, kVersion);
        return print(*yaml ? yaml_of(json) : json + '\n');
    });
    auto* asyncapi = line.add("asyncapi", "Print the AsyncAPI document of the events.", kAsyncapiExamples);
    line.on(asyncapi, [] { return print(gateway::asyncapi_document({}, kVersion) + '\n'); });
}

}  // namespace wgw::app
