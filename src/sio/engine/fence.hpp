#pragma once
/// Nothing that an application's handler throws goes further than its connection. Inside of the library only.

#include "base/log.hpp"

#include <exception>
#include <string_view>

namespace wgw::sio {

/// Calls a handler. False: it has thrown, which is logged with `sentence`.
template <class Call>
bool fenced(std::string_view sentence, Call call)
{
    try {
        call();
        return true;
    } catch (const std::exception& error) {
        log::error(
            sentence,
            {
                {"what", error.what()}
        }
        );
    } catch (...) {
        log::error(
            sentence,
            {
                {"what", "something that is no std::exception"}
        }
        );
    }
    return false;
}

}  // namespace wgw::sio
