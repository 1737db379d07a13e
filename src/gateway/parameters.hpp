#pragma once
/// A parameter of the path, read by the rules of its field.
/// Tests  parameters_test.cpp

#include "model/fields.hpp"

#include <array>
#include <string>
#include <string_view>

namespace wgw::gateway {

template <class T, std::size_t N>
Result<T> read_parameter(
    const Fields<T, N>& fields, std::string_view name, const std::string& value, const Limits& limits
)
{
    const std::array<Input::Pair, 1> pairs{
        Input::Pair{std::string(name), value}
    };
    return read(fields, Input{.json = {}, .pairs = pairs}, limits);
}

}  // namespace wgw::gateway
