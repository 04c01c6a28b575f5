// SPDX-License-Identifier: MIT
// Writes the log of a relay.
#include "weft/relay/relay_log.hpp"

#include <cstddef>
#include <cstdint>
#include <iostream>

#include "weft/json.hpp"
#include "without_loop/printable.hpp"

namespace weft_tool {
namespace {

json_object event(std::string_view what) {
    json_object made;
    made.add("event", json_text(what));
    return made;
}

void write(const std::string& line) {
    std::cerr.clear(); // after an error, such as a full disk, writing may work again
    std::cerr << line << '\n' << std::flush;
}

bool was_reset(const relay_link& which) {
    return which.end(0).was_reset() || which.end(1).was_reset();
}

} // namespace

void relay_log::listening(std::string_view where, std::string_view note) const {
    if (json_) return write(event("listening").add("address", json_text(where)).text());
    write(command_ + ": listening at " + printable(where) + std::string(note));
}

void relay_log::note(std::string_view text) const {
    if (json_) return write(event("note").add("text", json_text(text)).text());
    write(command_ + ": " + printable(text, line_breaks::kept));
}

void relay_log::opened(const relay_link& which) const {
    if (json_) {
        return write(event("open")
                         .add("connection", which.number())
                         .add("first", json_text(which.end(0).name()))
                         .add("second", json_text(which.end(1).name()))
                         .text());
    }
    if (!verbose_) return;
    write(command_ + ": " + std::to_string(which.number()) + ": " +
          printable(which.end(0).name() + " <-> " + which.end(1).name()));
}

void relay_log::ended(const relay_link& which) const {
    const auto& why = which.ending();
    if (json_) {
        const auto by = which.ended_by();
        return write(event("end")
                         .add("connection", which.number())
                         .add("proper", json_boolean(why.proper))
                         .add("ended_by", json_text(by ? which.end(*by).name() : "this program"))
                         .add("code", static_cast<std::uint64_t>(why.code))
                         .add("reason", json_text(why.reason))
                         .add("text", json_text(why.text))
                         .add("reset", json_boolean(was_reset(which)))
                         .add("bytes_from_first", which.received_from(0))
                         .add("bytes_from_second", which.received_from(1))
                         .text());
    }
    if (why.proper && !verbose_) return;
    std::string line = command_ + ": ";
    if (verbose_) {
        line += std::to_string(which.number()) + ": " + std::to_string(which.received_from(0)) +
            " bytes from the first end, " + std::to_string(which.received_from(1)) +
            " from the second; ";
    }
    line += why.text.empty() ? std::string("ended") : why.text;
    for (const std::size_t end : {0U, 1U}) {
        if (which.end(end).was_reset()) line += "; reset " + which.end(end).name();
    }
    write(printable(line, line_breaks::kept));
}

} // namespace weft_tool
