#pragma once
/// What the settings of this process are read from: flags that the command line has collected, its environment, and the
/// `.env` of the working folder.

#include "app/options.hpp"

#include <map>
#include <string>

namespace wgw::app {

class SettingSources {
public:
    /// A flag of the command line, by the name of its variable.
    void set_flag(const std::string& variable, const std::string& value) { flags_[variable] = value; }

    /// Both read everything anew. Throw OptionError.
    Options read() const;
    Settings list() const;

private:
    std::map<std::string, std::string> flags_;
};

}  // namespace wgw::app
