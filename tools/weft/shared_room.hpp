// SPDX-License-Identifier: MIT
// The chat room of several servers, which is a topic of a broker. Serves the members on one loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include <weft/connection/connection.hpp>
#include <weft/hub/hub.hpp>
#include <weft/loop/event_loop.hpp>
#include <weft/loop/timer.hpp>

#include "without_loop/member_names.hpp"
#include "without_loop/services.hpp"

namespace weft_tool {

/// Members see the same lines as in a `chat_room`. A name is unique only on its loop. News of who
/// joined or left is collected for a short time, so that many changes make one line.
///
/// For a client that asks for `?since=`, these lines begin with a position and a space: what
/// members say, the first line after joining, and lines about losses. News has no position, nor has
/// the line that reports that a line of the client was not delivered. A client that connects again,
/// to any server, with `?since=` and the last position receives what it missed, or a line that says
/// that this is not possible. Must outlive the connections that it serves.
class shared_room {
public:
    shared_room(weft::event_loop& loop, std::shared_ptr<weft::broker> broker,
                const service_options& options);

    /// The handlers for the room's route, and for the page of its members.
    [[nodiscard]] chat_service service();

private:
    struct member {
        weft::connection_handle to;
        member_name name;
        bool numbered; // wants positions
    };

    void join(weft::connection& peer);
    void leave(weft::connection& peer);
    void say(weft::connection& peer, weft::message what);
    void publish(weft::connection_handle from, std::string line, std::string once, int attempts);
    void lost(bool numbered, const weft::position& now);
    void news(std::string line, std::size_t& count);
    void announce_changes();
    void list_members(weft::connection& peer);
    [[nodiscard]] std::uint64_t random() noexcept;
    [[nodiscard]] weft::hub& hub_for(bool numbered) noexcept {
        return numbered ? numbered_ : plain_;
    }

    weft::event_loop& loop_;
    std::size_t queue_max_;
    weft::hub plain_;
    weft::hub numbered_; // adds positions
    weft::timer announcements_;
    std::unordered_map<const weft::connection*, member> members_;
    member_names names_;
    std::string only_news_; // the news to announce, if there is only one
    std::size_t joined_ = 0;
    std::size_t left_ = 0;
    std::size_t size_ = 0; // of the room on all servers, when last announced
};

} // namespace weft_tool
