// SPDX-License-Identifier: MIT
// An auction: bids go up, and the item is sold when nobody bids for a while. Knows nothing of
// sockets, so that it can be tested on a network in memory, in virtual time. docs/tutorial.md
// explains it.
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <weft/weft.hpp>

/// What is sold, and how long to wait for another bid.
struct auction_terms {
    std::string item;
    int first_price = 1;
    weft::duration silence = std::chrono::seconds(20); ///< before "going once"
    weft::duration step = std::chrono::seconds(5);     ///< before "going twice", and before "sold"
};

class auction {
public:
    auction(weft::event_loop& loop, auction_terms terms)
        : terms_(std::move(terms)), room_(loop), hammer_(loop, [this] { strike(); }) {}

    /// Called when the item is sold.
    std::function<void()> on_sold;

    /// Adds the route; `server` is a weft::server, or in tests a weft::stream_endpoint.
    void serve(auto& server) {
        weft::route_options options;
        options.connection.limits.message_size_max = 64; // a bid is short
        server.route("/auction", {
            .open = [this](weft::connection& peer) { enter(peer); },
            .message = [this](weft::connection& peer, weft::message m) { bid(peer, m.text()); },
            .close = [this](weft::connection& peer, const weft::report&) { leave(peer); },
            .validate = [](weft::connection& peer) {
                if (!is_name(peer.query_value("name").value_or(""))) (void)peer.reject(400);
            },
        }, options);
    }

private:
    /// Stored in each connection's `data()`.
    struct bidder {
        std::string name;
    };

    static bool is_name(std::string_view name) {
        return !name.empty() && name.size() <= 20 && std::ranges::all_of(name, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        });
    }

    /// Returns the number in a message such as "bid 120"; nothing for any other message.
    static std::optional<int> price_in(std::string_view words) {
        constexpr std::string_view verb = "bid ";
        if (!words.starts_with(verb)) return std::nullopt;
        int price = 0;
        const char* const end = words.data() + words.size();
        const auto read = std::from_chars(words.data() + verb.size(), end, price);
        if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
        return price;
    }

    void enter(weft::connection& peer) {
        const std::string name = *peer.query_value("name");
        peer.data() = bidder{name};
        auto& here = bidders_[name];
        // The bidder's earlier connection may be dead without the server knowing.
        here.with([](weft::connection& old) {
            old.close(weft::close_code::policy_violation, "replaced");
        });
        here = peer.handle();
        peer.send(terms_.item + ", " + status());
        (void)room_.subscribe(peer, "room");
    }

    void leave(weft::connection& peer) {
        const auto found = bidders_.find(peer.data_as<bidder>()->name);
        if (found != bidders_.end() && found->second == peer.handle()) bidders_.erase(found);
    }

    void bid(weft::connection& peer, std::string_view words) {
        const auto price = price_in(words);
        if (!price) {
            peer.send("send: bid NUMBER");
            return;
        }
        if (sold_ || *price <= price_ || *price < terms_.first_price) {
            peer.send("not accepted: " + status());
            return;
        }
        price_ = *price;
        winner_ = peer.data_as<bidder>()->name;
        strikes_ = 0;
        hammer_.arm_after(terms_.silence);
        announce(winner_ + " bids " + std::to_string(price_));
    }

    void strike() {
        if (++strikes_ == 3) {
            sold_ = true;
            announce(status());
            if (on_sold) on_sold();
            return;
        }
        announce(strikes_ == 1 ? "going once" : "going twice");
        hammer_.arm_after(terms_.step);
    }

    [[nodiscard]] std::string status() const {
        if (winner_.empty()) return "from " + std::to_string(terms_.first_price);
        return (sold_ ? "sold to " : "at ") + winner_ + (sold_ ? " for " : "'s ")
            + std::to_string(price_);
    }

    void announce(std::string_view words) { room_.publish("room", words); }

    auction_terms terms_;
    weft::hub room_;
    weft::timer hammer_;
    std::map<std::string, weft::connection_handle> bidders_;
    std::string winner_;
    int price_ = 0;
    int strikes_ = 0;
    bool sold_ = false;
};
