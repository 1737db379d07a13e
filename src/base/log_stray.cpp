#include "base/log_stray.hpp"

#include "base/log.hpp"

namespace wgw {

void log_stray(const std::exception_ptr& thrown)
{
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
        log::error(
            "A task failed outside of its fence.",
            {
                {"what", error.what()}
        }
        );
    }
}

}  // namespace wgw
