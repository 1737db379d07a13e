#pragma once
/// `{"_placeholder":true,"num":n}`: what stands in the JSON of a binary packet for its attachment n.
///
/// Pure; one pass over checked JSON, or over several values with commas between them; no tree. A name written with
/// escapes counts too; of a repeated name the last wins.
/// Source  Socket.IO protocol revision 5, "Packet encoding", binary packets
/// Tests   placeholders_test.cpp, packet_test.cpp

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::sio {

/// Whether every placeholder has an integer n from 0 to attachments - 1. With 0 attachments: whether there is none.
bool placeholders_fit(std::string_view json, int attachments);

/// How many bytes are there when each placeholder is replaced by its attachment: one may be meant more than once.
/// Precondition: placeholders_fit().
std::size_t bytes_in_placeholders(std::string_view json, std::span<const std::string> attachments);

/// `json` with its placeholders numbered anew, from `first` on, in the order in which they stand there: as Node does it,
/// several of one number get several. Where there were more numbers than `most` in all they get one: clients close their
/// connection over a packet with more attachments than they allow. Precondition: placeholders_fit() for some number of
/// attachments.
struct Renumbered {
    std::string json;
    std::vector<std::size_t> old;  ///< What number `first` had been, what the next, and so on.
};
Renumbered renumber_placeholders(std::string_view json, std::size_t first, std::size_t most);

/// `json` with `true` replaced by 1 in all that looks like a placeholder: it is data, and a client that finds it in a
/// binary packet would put an attachment there, or fail.
std::string disarm_placeholders(std::string_view json);

}  // namespace wgw::sio
