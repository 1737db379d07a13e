#include "app/option_error.hpp"

#include <utility>

namespace wgw::app {

OptionError::OptionError(std::vector<std::string> all)
    : std::runtime_error([&all] {
          std::string text;
          for (const auto& sentence : all)
              text += (text.empty() ? "" : " ") + sentence;
          return text;
      }()),
      sentences(std::move(all))
{
}

}  // namespace wgw::app
