#pragma once
/// What is wrong with a command line: a sentence that names what was probably meant, and where to read on.
/// Tests   usage_test.cpp

#include <string>

namespace CLI {
class App;
class Error;
}  // namespace CLI

namespace wgw::app {

/// For CLI::App::failure_message(): `app` is the whole program, `error` what its parse() has thrown.
std::string usage_error(const CLI::App* app, const CLI::Error& error);

}  // namespace wgw::app
