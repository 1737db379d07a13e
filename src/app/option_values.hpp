#pragma once
/// What is set, by name: flags win over the environment, that over `.env`. Of a secret what its file says. Nothing is
/// checked but that no secret comes from two places.
///
/// Empty  a variable that is set to an empty text counts as absent
/// Tests  options_test.cpp

#include "app/option_error.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::app {

inline constexpr std::string_view kDotenv = ".env";  // as an origin

class OptionValues {
public:
    /// Throws OptionError where `dotenv` cannot be read.
    OptionValues(
        const std::map<std::string, std::string>& flags, const std::map<std::string, std::string>& environment,
        std::string_view dotenv
    );

    /// What was wrong with the places that secrets come from.
    const Wrong& wrong() const { return wrong_; }

    std::optional<std::string> given(const std::string& name) const;

    /// The value, else what stands in the table.
    std::string text(std::string_view name) const;

    /// Throws OptionError.
    std::int64_t number(std::string_view name, std::int64_t least, std::int64_t greatest) const;

    const std::map<std::string, std::string>& all() const { return values_; }

    /// flag, environment, .env, default, or file and its path.
    std::string origin(std::string_view name) const;

private:
    void set(const std::string& name, const std::string& value, std::string origin);
    void take_from_file(std::string_view row, std::string_view credentials);

    std::map<std::string, std::string> values_;
    std::map<std::string, std::string> origins_;
    Wrong wrong_;
};

/// The parts of `a, b`, without the spaces around them; empty ones are none.
std::vector<std::string> split(std::string_view list);

}  // namespace wgw::app
