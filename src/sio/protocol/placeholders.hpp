#pragma once
/// `{"_placeholder":true,"num":n}`: what stands in the JSON of a binary packet for its attachment n.
///
/// Pure; one pass over checked JSON, or over several values with commas between them; no tree. A name written with
/// escapes counts too; of a repeated name the last wins.
/// Source  Socket.IO protocol revision 5, "Packet encoding", binary packets
/// Tests   placeholders_test.cpp, packet_test.cpp

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wgw::sio {

/// Whether every placeholder has an integer n from 0 to attachments - 1. With 0 attachments: whether there is none.
bool placeholders_fit(std::string_view json, int attachments);

/// `json` with its placeholders numbered anew, from `first` on, in the order in which they stand there; and in that
/// order what each had been. Precondition: placeholders_fit() for some number of attachments.
struct Renumbered {
    std::string json;
    std::vector<std::size_t> old;
};
Renumbered renumber_placeholders(std::string_view json, std::size_t first);

/// `json` with `true` replaced by 1 in all that looks like a placeholder: it is data, and a client that finds it in a
/// binary packet would put an attachment there, or fail.
std::string disarm_placeholders(std::string_view json);

}  // namespace wgw::sio
