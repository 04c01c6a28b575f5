// SPDX-License-Identifier: MIT
// A chat room: everybody hears what anybody says, and who comes and goes. Knows connections, of any
// number of loops, and nothing of how they got here.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <weft/connection/connection.hpp>

namespace weft_tool {

/// Text goes to all members as "name: text"; what the room itself says begins with "* ".
///
/// A member's name is `?name=`, made unique. Must outlive the connections it serves.
class chat_room {
public:
    /// For the room's route.
    [[nodiscard]] weft::handlers handlers();

private:
    struct member {
        const weft::connection* peer; // which one it is; called by its handle alone
        weft::connection_handle to;
        std::string name;
    };

    void join(weft::connection& peer);
    void leave(weft::connection& peer);
    void say(weft::connection& peer, weft::message what);
    void tell_all(std::string_view text);

    [[nodiscard]] std::string unique(std::string wanted);
    [[nodiscard]] bool is_taken(std::string_view name) const;
    [[nodiscard]] std::string count() const;

    std::mutex mutex_; // of all below: the one thing that the loops share
    std::vector<member> members_;
    std::size_t guests_ = 0;
};

} // namespace weft_tool
