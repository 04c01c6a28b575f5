// SPDX-License-Identifier: MIT
// A chat room: each message goes to all members, and so does news of who joined and left. Knows
// connections on any number of loops, and not how they were established.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <weft/connection/connection.hpp>

#include "without_loop/member_names.hpp"

namespace weft_tool {

/// Returns the answer to a request for the members' names.
[[nodiscard]] weft::http_response members_answer(std::string names);

/// Returns the line in which a room repeats what a member says.
[[nodiscard]] std::string spoken_line(const member_name& who, std::string_view text);

/// Returns a line about what has happened, such as "* 2 joined, 1 left".
[[nodiscard]] std::string news_line(std::size_t joined, std::size_t left);

/// In a room with more members than this, news is collected and sent later.
inline constexpr std::size_t small_room = 50;

/// Text goes to all members as "name: text", further lines of it as "| text". News of the room
/// begins with "* ". No name can begin like that.
///
/// A member's name is `?name=`, made unique. In a small room all members get news at once. In a
/// large one that would cost more than all else: only the new member itself gets it at once, and
/// the others later, in one line for all that has happened. Must outlive the connections it serves.
class chat_room {
public:
    /// Calls `later`, on any thread, when `announce_changes` should be called after a while. A room
    /// without it sends all news at once.
    explicit chat_room(std::function<void()> later = {}) : later_(std::move(later)) {}

    /// The handlers for the room's route.
    [[nodiscard]] weft::handlers handlers();

    /// The handlers for a page that lists the members' names, one on each line.
    [[nodiscard]] weft::handlers members_page();

    /// Sends all members the news since the last call.
    void announce_changes();

private:
    struct member {
        weft::connection_handle to;
        member_name name;
    };
    struct news {
        std::size_t joined = 0;
        std::size_t left = 0;
    };

    void join(weft::connection& peer);
    void leave(weft::connection& peer);
    void say(weft::connection& peer, weft::message what);
    void send_to_all(std::string_view text);
    [[nodiscard]] bool gathers() const;
    void gather(std::size_t news::*what);

    [[nodiscard]] std::string count() const;

    std::function<void()> later_;
    std::mutex mutex_; // for all members below: only these are shared by loops
    std::unordered_map<const weft::connection*, member> members_; // used only through their handles
    member_names names_;
    news news_;
};

} // namespace weft_tool
