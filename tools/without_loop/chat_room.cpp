// SPDX-License-Identifier: MIT
// Who is in the room, and who hears what.
#include "without_loop/chat_room.hpp"

#include <algorithm>

#include "without_loop/printable.hpp"

namespace weft_tool {
namespace {

constexpr std::size_t name_size_max = 40;

/// A name that can neither forge a line of the room's own nor hide another's. Empty if nothing
/// is left.
std::string cleaned(std::string_view wanted) {
    std::string name = printable(weft::trim(wanted));
    if (name.size() > name_size_max) {
        name.resize(name_size_max);
        while (!name.empty() && (name.back() & '\xc0') == '\x80')
            name.pop_back();
        if (!name.empty() && (name.back() & '\x80') != 0) name.pop_back();
    }
    std::erase_if(name, [](char byte) { return byte == '*' || byte == ':'; });
    return std::string(weft::trim(name));
}

} // namespace

weft::handlers chat_room::handlers() {
    return {
        .open = [this](weft::connection& peer) { join(peer); },
        .message = [this](weft::connection& peer, weft::message what) { say(peer, what); },
        .close = [this](weft::connection& peer, const weft::report&) { leave(peer); },
    };
}

void chat_room::join(weft::connection& peer) {
    const std::lock_guard lock(mutex_);
    members_.push_back(
        {&peer, peer.handle(), unique(cleaned(peer.query_value("name").value_or("")))});
    tell_all("* " + members_.back().name + " joined " + count());
}

void chat_room::leave(weft::connection& peer) {
    const std::lock_guard lock(mutex_);
    const auto gone = std::ranges::find(members_, &peer, &member::peer);
    if (gone == members_.end()) return;
    const std::string name = std::move(gone->name);
    members_.erase(gone);
    tell_all("* " + name + " left " + count());
}

void chat_room::say(weft::connection& peer, weft::message what) {
    if (!what.is_text()) {
        return peer.close(weft::close_code::unsupported_data, "this room speaks text");
    }
    const std::lock_guard lock(mutex_);
    const auto speaker = std::ranges::find(members_, &peer, &member::peer);
    if (speaker == members_.end()) return;
    tell_all(speaker->name + ": " + std::string(what.text()));
}

/// Who reads too slowly is closed by the route's queue policy, and leaves in a later turn.
void chat_room::tell_all(std::string_view text) {
    for (const auto& one : members_)
        one.to.send(std::string(text));
}

std::string chat_room::unique(std::string wanted) {
    if (wanted.empty()) wanted = "guest " + std::to_string(++guests_);
    std::string name = wanted;
    for (int number = 2; is_taken(name); ++number)
        name = wanted + ' ' + std::to_string(number);
    return name;
}

bool chat_room::is_taken(std::string_view name) const {
    return std::ranges::find(members_, name, &member::name) != members_.end();
}

std::string chat_room::count() const {
    return "(" + std::to_string(members_.size()) + " here)";
}

} // namespace weft_tool
