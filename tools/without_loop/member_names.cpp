// SPDX-License-Identifier: MIT
// Cleans names and makes them unique.
#include "without_loop/member_names.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include <weft/connection/connection.hpp>

#include "without_loop/printable.hpp"

namespace weft_tool {
namespace {

constexpr std::size_t name_size_max = 40;

/// Returns a name that can neither forge a line of the room nor hide another name. Empty if no
/// character is left.
std::string cleaned(std::string_view wanted) {
    std::string name = printable(weft::trim(wanted));
    if (name.size() > name_size_max) {
        name.resize(name_size_max);
        while (!name.empty() && (name.back() & '\xc0') == '\x80')
            name.pop_back();
        if (!name.empty() && (name.back() & '\x80') != 0) name.pop_back();
    }
    std::erase_if(name, [](char byte) { return byte == '*' || byte == ':' || byte == '|'; });
    return std::string(weft::trim(name));
}

} // namespace

member_names::member_names(std::function<std::size_t()> guest_number)
    : guest_number_(std::move(guest_number)) {
    if (!guest_number_) guest_number_ = [last = std::size_t(0)]() mutable { return ++last; };
}

member_name member_names::add(std::string_view wanted) {
    member_name made{cleaned(wanted)};
    if (made.wanted.empty()) made.wanted = "guest " + std::to_string(guest_number_());
    made.shown = made.wanted;
    while (!names_.try_emplace(made.shown, 2).second) {
        made.number = names_[made.wanted]++;
        made.shown = made.wanted + ' ' + std::to_string(made.number);
    }
    return made;
}

void member_names::remove(const member_name& gone) {
    names_.erase(gone.shown);
    const auto same = names_.find(gone.wanted);
    if (gone.number > 1 && same != names_.end()) {
        same->second = std::min(same->second, gone.number);
    }
}

} // namespace weft_tool
