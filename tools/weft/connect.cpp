// SPDX-License-Identifier: MIT
// Turns the options of `weft connect` into a conversation.
#include "weft/connect.hpp"

#include <utility>

#include "weft/conversation.hpp"

namespace weft_tool {

exit_code connect(const connect_options& options) {
    auto to = make_target("weft connect", options);
    if (!to) return exit_code::usage;
    // Input is not read while output is queued, so the length of an input line is the limit.
    to->how.connection.queue_size_max = weft::unlimited;
    conversation talk(options, to->uri);
    return talk.run(std::move(to->how));
}

} // namespace weft_tool
