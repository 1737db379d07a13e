#pragma once
/// Nothing that an application's handler throws goes further than its connection. Inside of the library only.

#include "base/log.hpp"

#include <exception>
#include <string_view>

namespace wgw::sio {

struct NoSid {
    std::string_view operator()() const { return {}; }
};

/// Calls a handler. False: it has thrown, which is logged with `sentence` and what `sid` gives: the id of a socket.
template <class Call, class Sid = NoSid>
bool fenced(std::string_view sentence, Call call, Sid sid = {})
{
    try {
        call();
        return true;
    } catch (const std::exception& error) {
        log::error(
            sentence,
            {
                {"sid",  sid()       },
                {"what", error.what()}
        }
        );
    } catch (...) {
        log::error(
            sentence,
            {
                {"sid",  sid()                                },
                {"what", "something that is no std::exception"}
        }
        );
    }
    return false;
}

}  // namespace wgw::sio
