// SPDX-License-Identifier: MIT
// A chat room: everybody hears what anybody says, and who comes and goes. Knows connections, of any
// number of loops, and nothing of how they got here.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <weft/connection/connection.hpp>

namespace weft_tool {

/// Text goes to all members as "name: text", further lines of it as "| text"; what the room itself
/// says begins with "* ". No name can begin so.
///
/// A member's name is `?name=`, made unique. In a small room all hear at once who comes and goes.
/// In a large one, where telling everybody costs more than all else, only the member itself hears
/// at once; the others are told later, in one line for all that happened until then. Must outlive
/// the connections it serves.
class chat_room {
public:
    /// `later` is called, by whatever thread, when `tell_news` should be called in a while. A room
    /// without it tells all at once.
    explicit chat_room(std::function<void()> later = {}) : later_(std::move(later)) {}

    /// For the room's route.
    [[nodiscard]] weft::handlers handlers();

    /// Tells all members who came and went since the last time.
    void tell_news();

private:
    struct member {
        weft::connection_handle to;
        std::string wanted;
        std::string name = {};
        int number = 1; // behind `wanted` in `name`, from 2 on
    };
    struct news {
        std::size_t joined = 0;
        std::size_t left = 0;
    };

    void join(weft::connection& peer);
    void leave(weft::connection& peer);
    void say(weft::connection& peer, weft::message what);
    void tell_all(std::string_view text);
    [[nodiscard]] bool gathers() const;
    void gather(std::size_t news::*what);

    void name(member& newcomer);
    void forget(const member& gone);
    [[nodiscard]] std::string count() const;

    std::function<void()> later_;
    std::mutex mutex_; // of all below: the one thing that the loops share
    std::unordered_map<const weft::connection*, member> members_; // called by their handles alone
    std::unordered_map<std::string, int> names_; // and the number to try for the next of the same
    news news_;
    std::size_t guests_ = 0;
};

} // namespace weft_tool
