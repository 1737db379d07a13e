#pragma once
/// `wegowhere openapi`, `wegowhere asyncapi`: the documents without a server.
/// Tests   tests/e2e/documents.test.mjs

#include <functional>

namespace CLI {
class App;
}

namespace wgw::app {

/// Adds the subcommands. What is returned, once the command line has been parsed, prints the document that was asked
/// for; false: none was.
std::function<bool()> add_documents(CLI::App& app);

}  // namespace wgw::app
