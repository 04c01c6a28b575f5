# SPDX-License-Identifier: MIT
# Ways to break sessions, connections and drivers, each a text that stands in a file exactly once
# and what replaces it.

FRAMES = "src/core/session_frames.cpp"
OUTPUT = "src/core/session_output.cpp"
SESSION = "src/core/session.cpp"
CONNECTION = "src/connection/connection.cpp"
COMMANDS = "src/connection/connection_commands.cpp"
ENDING = "src/connection/connection_ending.cpp"
CHANNEL = "src/connection/channel.cpp"
SET = "src/stream/registry.hpp"
DEADLINES = "include/weft/stream/driver.hpp"

# (name, file, text, replacement)
MUTANTS = [
    ("what a partial write left is lost", COMMANDS,
     "        consume_output(*taken);",
     "        consume_output(size);"),
    ("queued output changes its order", OUTPUT,
     "    if (extra_) list.count = extra_->output.list(room);\n"
     "    if (!lent_) return list;\n"
     "    list.count += lent_->output_.list(room.subspan(list.count));\n",
     "    if (lent_) list.count = lent_->output_.list(room);\n"
     "    if (extra_) list.count += extra_->output.list(room.subspan(list.count));\n"
     "    if (!lent_) return list;\n"),
    ("a close is reported twice", ENDING,
     "call(route_->handlers.close, *this, why);",
     "call(route_->handlers.close, *this, why);\n"
     "        if (!dead_) call(route_->handlers.close, *this, why);"),
    ("a connection dies before its end was reported", CONNECTION,
     "const bool all_reported = ended_ || !session_.end_waits();",
     "const bool all_reported = true;"),
    ("writable is called twice", CONNECTION,
     "    writable_due_ = false;\n    call(",
     "    call("),
    ("a send that is dropped is not followed by writable", CHANNEL,
     "    writable_due_ = true;\n    if (limit().when_full",
     "    if (limit().when_full"),
    ("an answered ping ends the message whose parts are being sent", FRAMES,
     "if (header.code == opcode::ping && options_->answers_pings) answer_ping(payload);",
     "if (header.code == opcode::ping) {\n        answer_ping(payload);\n"
     "        sending_parts_ = false;\n    }"),
    ("done is called twice", SET,
     "driver_.call(*this, next);",
     "driver_.call(*this, next);\n            driver_.call(*this, next);"),
    ("a paused connection delivers", SESSION,
     "        if (paused_) return;\n",
     ""),
    ("the end of the input is swallowed", CONNECTION,
     "enter(*this, [&] { session_.receive_eof(driver().now()); });",
     "enter(*this, [&] {});"),
    ("an earlier deadline does not arm the timer again", DEADLINES,
     "if (deadline < timers_.deadline(which)) {",
     "if (deadline != never && timers_.deadline(which) == never) {"),
    ("a pause does not stop the deadline for silence", SESSION,
     "    if (paused_ || eof_) return never;\n",
     "    if (eof_) return never;\n"),
    ("what a used-up budget left is not reported", CONNECTION,
     "            continues_ = true;\n            return;\n        }\n        const",
     "            return;\n        }\n        const"),
    ("a mask begins again with each piece", FRAMES,
     "at.key_offset = static_cast<std::uint8_t>((at.key_offset + size) % at.key.size());",
     "at.key_offset = 0;"),
    ("a shutdown waits for those that came later, too", SET,
     "        if (awaited_ != 0) {",
     "        if (!members_.empty()) {"),
]
