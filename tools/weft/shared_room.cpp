// SPDX-License-Identifier: MIT
// Publishes what members say, and tells each how it joined.
#include "weft/shared_room.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/core/error.hpp>

#include "without_loop/chat_room.hpp"
#include "without_loop/web_pages.hpp"

namespace weft_tool {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view topic = "chat";
constexpr auto soon = 100ms;
constexpr auto later = 1s; // in a large room
constexpr int attempts_max = 3;

weft::hub_options options_of(std::shared_ptr<weft::broker> broker, bool numbered) {
    weft::hub_options options;
    options.broker = std::move(broker);
    options.history = {100, 10min};
    options.check_interval = 10s;
    if (!numbered) return options;
    options.format = [](std::string_view, const weft::publication& line, std::string& message) {
        if (line.at.offset != 0) message = line.at.str() + ' ';
        message += line.data;
    };
    return options;
}

/// Returns the line that says what a client missed that has come back with a position.
std::string recovery_line(const weft::subscribed& how) {
    if (!how.recovered) return "* what was said meanwhile cannot be recovered";
    if (how.missed == 0) return "* nothing was missed";
    return "* " + std::to_string(how.missed) + " missed lines follow";
}

} // namespace

shared_room::shared_room(weft::event_loop& loop, std::shared_ptr<weft::broker> broker,
                         const service_options& options)
    : loop_(loop), queue_max_(chat_queue_max(options)), plain_(loop, options_of(broker, false)),
      numbered_(loop, options_of(std::move(broker), true)),
      announcements_(loop, [this] { announce_changes(); }),
      names_([this] { return static_cast<std::size_t>(random() % 1'000'000); }) {
    for (const bool numbered : {false, true}) {
        hub_for(numbered).on_loss([this, numbered](std::string_view, const weft::position& now) {
            lost(numbered, now);
        });
    }
}

chat_service shared_room::service() {
    return {
        .room =
            {
                .open = [this](weft::connection& peer) { join(peer); },
                .message = [this](weft::connection& peer, weft::message what) { say(peer, what); },
                .close = [this](weft::connection& peer, const weft::report&) { leave(peer); },
            },
        .members = {.http = [this](weft::connection& peer) { list_members(peer); }},
    };
}

std::uint64_t shared_room::random() noexcept {
    std::uint64_t made = 0;
    loop_.driver().random().fill(std::as_writable_bytes(std::span(&made, 1)));
    return made;
}

// --- members

void shared_room::join(weft::connection& peer) {
    const auto since = peer.query_value("since");
    const auto position = since ? weft::position::parse(*since) : std::nullopt;
    const auto& added =
        members_
            .insert_or_assign(&peer, member{peer.handle(),
                                            names_.add(peer.query_value("name").value_or("")),
                                            since.has_value()})
            .first->second;
    weft::subscribe_options joining;
    joining.queue_max = queue_max_;
    joining.presence = added.name.shown;
    joining.since = position;
    joining.done = [this, asked = position.has_value(), numbered = added.numbered,
                    who = added.name.shown](weft::connection& to, const weft::subscribed& how) {
        if (numbered) {
            to.send(how.at.str() + ' ' + (asked ? recovery_line(how) : "* this is a shared room"));
        }
        news("* " + who + " joined", joined_);
    };
    if (hub_for(added.numbered).subscribe(peer, topic, std::move(joining))) return;
    peer.close(weft::close_code::try_again_later, "the room is closed");
}

void shared_room::leave(weft::connection& peer) {
    const auto gone = members_.extract(&peer);
    if (!gone) return;
    names_.remove(gone.mapped().name);
    news("* " + gone.mapped().name.shown + " left", left_);
}

/// Tells the members on this loop that lines were lost, and the position at which they continue.
void shared_room::lost(bool numbered, const weft::position& now) {
    const std::string line =
        (numbered ? now.str() + ' ' : "") + "* lines were lost, and cannot be recovered";
    const weft::prepared_message prepared{weft::message(std::string_view(line))};
    for (const auto& [peer, one] : members_) {
        if (one.numbered == numbered) one.to.send(prepared);
    }
}

// --- lines

void shared_room::say(weft::connection& peer, weft::message what) {
    if (!what.is_text()) {
        return peer.close(weft::close_code::unsupported_data, "this room speaks text");
    }
    const auto speaker = members_.find(&peer);
    if (speaker == members_.end()) return;
    publish(speaker->second.to, spoken_line(speaker->second.name, what.text()),
            std::to_string(random()) + std::to_string(random()), attempts_max);
}

/// If the outcome is unknown, publishes again with the same key, so the line appears only once.
void shared_room::publish(weft::connection_handle from, std::string line, std::string once,
                          int attempts) {
    weft::publish_options how;
    how.idempotency_key = once;
    const std::string text = line;
    plain_.publish(topic, weft::message(std::string_view(text)), std::move(how),
                   [this, from = std::move(from), line = std::move(line), once = std::move(once),
                    attempts](weft::result<weft::position> at) mutable {
                       if (at) return;
                       if (at.error() == weft::errc::outcome_unknown && attempts > 1) {
                           return publish(std::move(from), std::move(line), std::move(once),
                                          attempts - 1);
                       }
                       from.send("* your line was not delivered: " + at.error().message());
                   });
}

// --- news

void shared_room::news(std::string line, std::size_t& count) {
    const bool first = joined_ + left_ == 0;
    ++count;
    only_news_ = first ? std::move(line) : std::string();
    if (first) announcements_.arm_after(size_ > small_room ? weft::duration(later) : soon);
}

/// Publishes who has joined and left. If Redis does not answer, this news is dropped.
void shared_room::announce_changes() {
    plain_.presence(topic, [this](weft::result<std::vector<weft::presence_entry>> all) {
        const std::size_t joined = std::exchange(joined_, 0);
        const std::size_t left = std::exchange(left_, 0);
        std::string line = std::exchange(only_news_, {});
        if (!all || joined + left == 0) return;
        size_ = all->size();
        if (line.empty()) line = news_line(joined, left);
        line += " (" + std::to_string(size_) + " here)";
        weft::publish_options how;
        how.transient = true;
        plain_.publish(topic, weft::message(std::string_view(line)), std::move(how));
    });
}

void shared_room::list_members(weft::connection& peer) {
    if (!is_read(peer)) return;
    peer.defer();
    plain_.presence(topic, [to = peer.handle()](
                               weft::result<std::vector<weft::presence_entry>> all) {
        std::string names;
        if (all) {
            for (const auto& one : *all) names += one.data + '\n';
        }
        to.with([names = std::move(names), known = all.has_value()](weft::connection& asker) {
            static_cast<void>(
                asker.respond(known ? members_answer(names)
                                    : weft::http_response{503, {}, "Redis does not answer.\n"}));
        });
    });
}

} // namespace weft_tool
