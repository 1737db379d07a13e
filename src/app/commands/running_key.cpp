#include "app/commands/running_key.hpp"

#include "app/secret.hpp"

#include <stdexcept>

namespace wgw::app {

RunningKey compare_keys(const Options& options, std::string_view mark)
{
    std::string key = options.jwt_secret;
    std::string previous = options.previous_secret;
    if (key.empty()) {
        try {
            if (const auto made = load_secret(options.data)) {
                key = made->key;
                previous = previous.empty() ? made->previous : previous;
            }
        } catch (const std::runtime_error&) {
            return RunningKey::unknown;  // of somebody else, or damaged: doctor has more to say of that
        }
    }
    if (key.empty())
        return RunningKey::unknown;
    if (key_mark(key) == mark)
        return RunningKey::same;
    return !previous.empty() && key_mark(previous) == mark ? RunningKey::before_rotation : RunningKey::other;
}

std::string note_of_key(RunningKey key)
{
    if (key == RunningKey::before_rotation)
        return "the server still signs with the key from before the last rotation, this token too. It stays valid when "
               "the server is restarted.";
    if (key == RunningKey::other)
        return "the server has another key than these settings; the token is signed with the server's.";
    return "";
}

}  // namespace wgw::app
