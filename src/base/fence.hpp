#pragma once
/// The end of what a handler may throw: it is logged, and goes no further.

#include "base/log.hpp"

#include <exception>
#include <string_view>

namespace wgw {

struct NoSid {
    std::string_view operator()() const { return {}; }
};

/// Calls a handler. False: it has thrown, which is logged with `sentence` and what `sid` gives: the id of a socket of
/// Socket.IO, where there is one.
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

}  // namespace wgw
