// SPDX-License-Identifier: MIT
// The public functions of a hub and of its handles.
#include <weft/hub/hub.hpp>

#include <charconv>
#include <utility>

#include <weft/core/error.hpp>

#include "hub/hub_state.hpp"

namespace weft {
namespace {

publication as_publication(message what, std::string key = {}) {
    publication made;
    made.data = what.text();
    made.is_text = what.is_text();
    made.key = std::move(key);
    return made;
}

} // namespace

// --- positions

std::string position::str() const {
    char text[40];
    char* at = std::to_chars(text, text + 20, offset).ptr;
    *at++ = '-';
    at = std::to_chars(at, text + sizeof text, epoch, 16).ptr;
    return {text, at};
}

std::optional<position> position::parse(std::string_view text) noexcept {
    const char* const end = text.data() + text.size();
    position read;
    const auto offset = std::from_chars(text.data(), end, read.offset);
    if (offset.ec != std::errc() || offset.ptr == end || *offset.ptr != '-') return std::nullopt;
    const auto epoch = std::from_chars(offset.ptr + 1, end, read.epoch, 16);
    if (epoch.ec != std::errc() || epoch.ptr != end) return std::nullopt;
    return read;
}

// --- the hub

hub::hub(weft::driver& owner, hub_options options)
    : state_(std::make_shared<hub_state>(owner, std::move(options))) {
    state_->start();
}

hub::~hub() {
    if (state_) state_->close();
}

hub::hub(hub&&) noexcept = default;

hub& hub::operator=(hub&& other) noexcept {
    const auto old = std::exchange(state_, std::move(other.state_));
    if (old) old->close();
    return *this;
}

result<void> hub::subscribe(connection& who, std::string_view topic, subscribe_options options) {
    const auto keep = state_;
    return keep->subscribe(who, topic, std::move(options));
}

bool hub::unsubscribe(connection& who, std::string_view topic) noexcept {
    return state_->unsubscribe(who, topic, false);
}

bool hub::unsubscribe_prefix(connection& who, std::string_view prefix) noexcept {
    return state_->unsubscribe(who, prefix, true);
}

void hub::unsubscribe_all(connection& who) noexcept {
    state_->unsubscribe_all(who);
}

bool hub::is_subscribed(const connection& who, std::string_view topic) const noexcept {
    return state_->find(who, topic, false) != nullptr;
}

std::size_t hub::subscribers(std::string_view topic) const noexcept {
    const auto* const found = state_->topics().find(topic, false);
    return found ? found->subscriptions.size() : 0;
}

std::size_t hub::subscription_count() const noexcept {
    return state_->subscriptions().size();
}

std::size_t hub::topic_count() const noexcept {
    return state_->topics().size();
}

std::size_t hub::queued_bytes() const noexcept {
    return state_->queued_bytes();
}

void hub::publish(std::string_view topic, message what, publish_options options,
                  completion<position> done) {
    const auto keep = state_;
    keep->publish(topic, as_publication(what, std::move(options.key)), options, std::move(done));
}

void hub::publish_if(std::string_view topic, message what,
                     copyable_function<bool(connection&)> filter) {
    const auto keep = state_;
    publication made = as_publication(what);
    made.filter = std::move(filter);
    publish_options options;
    options.transient = true;
    keep->publish(topic, std::move(made), options, {});
}

void hub::history(std::string_view topic, const history_query& query,
                  completion<history_page> done) {
    const auto keep = state_;
    keep->history(topic, query, std::move(done));
}

void hub::presence(std::string_view topic, completion<std::vector<presence_entry>> done) {
    const auto keep = state_;
    keep->presence(topic, std::move(done));
}

void hub::on_subscribe(function<void(const subscriber&, std::string_view)> handler) {
    state_->on_subscribe = std::move(handler);
}

void hub::on_unsubscribe(function<void(const subscriber&, std::string_view)> handler) {
    state_->on_unsubscribe = std::move(handler);
}

void hub::on_loss(function<void(std::string_view, const position&)> handler) {
    state_->on_loss = std::move(handler);
}

const hub_counters& hub::counters() const noexcept {
    return state_->counters();
}

weft::driver& hub::driver() const noexcept {
    return state_->driver();
}

hub_handle hub::handle() const {
    return state_->handle();
}

// --- handles

bool hub_handle::publish(std::string_view topic, message what, publish_options options) const {
    if (!state_ || !state_->hub) return false;
    const std::size_t size = topic.size() + what.size() + handle_state::post_overhead;
    if (state_->pending.fetch_add(size) + size > pending_max) {
        state_->pending.fetch_sub(size);
        return false;
    }
    struct posted {
        std::string topic;
        publication what;
        publish_options options;
        std::size_t size;
    };
    bool accepted = false;
    try {
        auto made = std::make_unique<posted>(posted{std::string(topic), as_publication(what),
                                                    std::move(options), size});
        made->what.key = made->options.key;
        accepted = state_->mailbox->post([to = state_, made = std::move(made)] {
            to->pending.fetch_sub(made->size);
            hub_state* const target = to->hub;
            if (!target) return;
            const auto keep = target->shared_from_this();
            keep->publish(made->topic, std::move(made->what), made->options, {});
        });
    } catch (...) {
        state_->pending.fetch_sub(size);
        throw;
    }
    if (!accepted) state_->pending.fetch_sub(size);
    return accepted;
}

} // namespace weft
