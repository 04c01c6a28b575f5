// SPDX-License-Identifier: MIT
// Members of the room, their names, and the delivery of messages.
#include "without_loop/chat_room.hpp"

#include <utility>

#include "without_loop/printable.hpp"
#include "without_loop/web_pages.hpp"

namespace weft_tool {

weft::handlers chat_room::handlers() {
    return {
        .open = [this](weft::connection& peer) { join(peer); },
        .message = [this](weft::connection& peer, weft::message what) { say(peer, what); },
        .close = [this](weft::connection& peer, const weft::report&) { leave(peer); },
    };
}

weft::handlers chat_room::members_page() {
    return {.http = [this](weft::connection& peer) {
        if (!is_read(peer)) return;
        std::string text;
        {
            const std::lock_guard lock(mutex_);
            for (const auto& [unused, one] : members_) text += one.name.shown + '\n';
        }
        peer.respond(members_answer(std::move(text)));
    }};
}

weft::http_response members_answer(std::string names) {
    return {200,
            {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
            std::move(names)};
}

std::string spoken_line(const member_name& who, std::string_view text) {
    return who.shown + ": " + continued(text, "| ");
}

std::string news_line(std::size_t joined, std::size_t left) {
    std::string line = "* ";
    if (joined != 0) line += std::to_string(joined) + " joined";
    if (joined != 0 && left != 0) line += ", ";
    if (left != 0) line += std::to_string(left) + " left";
    return line;
}

void chat_room::join(weft::connection& peer) {
    const std::lock_guard lock(mutex_);
    member newcomer{peer.handle(), names_.add(peer.query_value("name").value_or(""))};
    const std::string who = newcomer.name.shown;
    members_.insert_or_assign(&peer, std::move(newcomer));
    const std::string line = "* " + who + " joined " + count();
    if (!gathers()) return send_to_all(line);
    peer.send(line);
    gather(&news::joined);
}

void chat_room::leave(weft::connection& peer) {
    const std::lock_guard lock(mutex_);
    const auto gone = members_.extract(&peer);
    if (!gone) return;
    const member_name& who = gone.mapped().name;
    names_.remove(who);
    if (!gathers()) return send_to_all("* " + who.shown + " left " + count());
    gather(&news::left);
}

void chat_room::say(weft::connection& peer, weft::message what) {
    if (!what.is_text()) {
        return peer.close(weft::close_code::unsupported_data, "this room speaks text");
    }
    const std::lock_guard lock(mutex_);
    const auto speaker = members_.find(&peer);
    if (speaker == members_.end()) return;
    send_to_all(spoken_line(speaker->second.name, what.text()));
}

/// Encodes the text once. Sends it at once to members on this loop, and by a post to others; both
/// count towards the member's queue. The route's queue policy closes a member that reads too
/// slowly; it leaves in a later turn.
void chat_room::send_to_all(std::string_view text) {
    const weft::prepared_message line{weft::message(text)};
    for (const auto& [peer, one] : members_) one.to.send(line);
}

/// Returns whether news is collected to be sent later: in a large room, or if older news waits.
bool chat_room::gathers() const {
    return later_ && (members_.size() > small_room || news_.joined + news_.left != 0);
}

void chat_room::gather(std::size_t news::*what) {
    const bool first = news_.joined + news_.left == 0;
    ++(news_.*what);
    if (first) later_();
}

void chat_room::announce_changes() {
    const std::lock_guard lock(mutex_);
    const auto [joined, left] = std::exchange(news_, {});
    if (joined + left != 0) send_to_all(news_line(joined, left) + ' ' + count());
}

std::string chat_room::count() const {
    return "(" + std::to_string(members_.size()) + " here)";
}

} // namespace weft_tool
