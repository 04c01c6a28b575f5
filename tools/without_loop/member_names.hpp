// SPDX-License-Identifier: MIT
// The names of the members of a chat room: none can forge a line of the room, and each is unique.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weft_tool {

/// One member's name.
struct member_name {
    std::string wanted;
    std::string shown = {}; ///< unique
    int number = 1;         ///< appended to `wanted` in `shown`, from 2 on
};

class member_names {
public:
    /// `guest_number` returns the number for each member without a name; by default 1, 2, 3.
    explicit member_names(std::function<std::size_t()> guest_number = {});

    /// Returns a unique name that is like the wanted one, or "guest N" if nothing of it is usable.
    [[nodiscard]] member_name add(std::string_view wanted);

    void remove(const member_name& gone);

private:
    std::unordered_map<std::string, int> names_; // the number to try next for each
    std::function<std::size_t()> guest_number_;
};

} // namespace weft_tool
