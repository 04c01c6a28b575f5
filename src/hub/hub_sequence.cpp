// SPDX-License-Identifier: MIT
// Puts a topic's publications in sequence: drops duplicates, holds early ones until those before
// them have arrived, and fills gaps from the broker's history, or else reports a loss.
#include <new>
#include <utility>

#include "hub/hub_state.hpp"
#include "hub/scope_guard.hpp"

namespace weft {
namespace {

constexpr std::uint32_t reads_without_progress_max = 3;

} // namespace

void hub_state::on_publication(std::string_view name, const shared_publication& what) noexcept {
    if (closed_) return;
    const scope_guard during(*this);
    if (delivering_) return hold(name, what);
    const delivery now(*this);
    if (held_.empty()) take_in(name, what);
    else hold(name, what); // called inside `on_loss`: the held ones come first
}

/// Keeps a publication that arrives while another one is delivered. Without memory for that, it is
/// read from the history later, or the connections that would miss it are aborted; see
/// `abort_subscribers`.
void hub_state::hold(std::string_view name, const shared_publication& what) noexcept {
    try {
        held_.push_back({std::string(name), what});
    } catch (const std::bad_alloc&) {
        topic* const found = topics_.find(name, false);
        const scope_guard during(*this, found);
        if (found && what->at.offset != 0) read_again(*found);
        else if (found) abort_subscribers(*found);
        abort_prefix_subscribers(name);
    }
}

/// Delivers the held publications, including those that arrive while it does so.
void hub_state::deliver_held() noexcept {
    while (!closed_ && !held_.empty()) {
        std::list<held_publication> next;
        next.splice(next.end(), held_, held_.begin());
        take_in(next.front().topic, next.front().what);
    }
    delivering_ = false;
}

void hub_state::take_in(std::string_view name, const shared_publication& what) noexcept {
    topic* const found = topics_.find(name, false);
    const scope_guard during(*this, found);
    ++counters_.publications;
    try {
        if (found) accept(*found, what);
    } catch (const std::bad_alloc&) {
        if (what->at.offset != 0) {
            read_again(*found);
        } else if (!closed_) {
            abort_subscribers(*found);
        }
    }
    if (!closed_ && topics_.has_prefixes()) deliver_to_prefixes(name, what);
    formatted_.reset();
}

void hub_state::accept(topic& which, const shared_publication& what) {
    const scope_guard during(*this, &which);
    if (what->at.offset == 0) return deliver(which, what);
    if (which.at != topic::state::live) return keep_early(which, what);
    if (what->at.epoch == which.seen.epoch) {
        if (what->at.offset <= which.seen.offset) return; // delivered already
        if (what->at.offset == which.seen.offset + 1) {
            deliver(which, what);
            if (!which.early.empty()) deliver_early(which);
            return;
        }
    }
    ++counters_.gaps;
    keep_early(which, what);
    catch_up(which);
}

/// Holds a publication that arrived early. Beyond the limit it is dropped, and read from the
/// history later.
void hub_state::keep_early(topic& which, const shared_publication& what) {
    if (which.early_size + what->size() > options_.reordered_max) return;
    const bool added = which.early.emplace(std::pair(what->at.epoch, what->at.offset), what).second;
    if (added) which.early_size += what->size() + sizeof(publication);
}

/// Delivers those publications that continue the sequence, and drops those delivered already.
void hub_state::deliver_early(topic& which) {
    while (!closed_) {
        const auto first = which.early.lower_bound({which.seen.epoch, 0});
        if (first == which.early.end() || first->first.first != which.seen.epoch) return;
        if (first->first.second > which.seen.offset + 1) return;
        const auto next = which.early.extract(first).mapped();
        which.early_size -= next->size() + sizeof(publication);
        if (next->at.offset == which.seen.offset + 1) deliver(which, next);
    }
}

/// Reads what comes after the last publication that was delivered.
void hub_state::catch_up(topic& which) {
    if (std::exchange(which.reading, true)) return;
    try {
        session_->history(which.name, {which.seen, options_.recovered_max},
                          for_topic<history_page>(which, [this](topic& of,
                                                                result<history_page> page) {
                              was_read(of, page);
                          }));
    } catch (...) {
        which.reading = false;
        throw;
    }
}

void hub_state::was_read(topic& which, const result<history_page>& page) {
    const delivery now(*this);
    // A broker may answer while a publication to this topic is delivered.
    if (!page || which.delivering) {
        which.retry = true; // `reading` stays set until then
        return retry();
    }
    which.reading = false;
    const position before = which.seen;
    if (page->latest.epoch != which.seen.epoch || !page->complete) {
        if (page->latest != which.seen) lose(which, page->latest);
    }
    for (const auto& each : page->messages) {
        if (closed_) return;
        const bool next = each->at.epoch == which.seen.epoch &&
            each->at.offset == which.seen.offset + 1;
        if (next) deliver(which, each);
    }
    if (closed_) return;
    deliver_early(which);
    if (closed_) return;
    drop_other_epochs(which);
    const bool behind = which.seen.epoch == page->latest.epoch &&
        which.seen.offset < page->latest.offset;
    if (which.early.empty() && !behind) {
        which.reads_without_progress = 0;
        return;
    }
    which.reads_without_progress = which.seen == before ? which.reads_without_progress + 1 : 0;
    if (which.reads_without_progress == 0) return catch_up(which);
    if (which.reads_without_progress < reads_without_progress_max) {
        which.retry = true;
        return retry();
    }
    which.reads_without_progress = 0;
    skip_gap(which, page->latest);
}

/// Drops early publications of other epochs, once the broker's answer has named the current one.
void hub_state::drop_other_epochs(topic& which) noexcept {
    std::erase_if(which.early, [&](const auto& one) {
        if (one.first.first == which.seen.epoch) return false;
        which.early_size -= one.second->size() + sizeof(publication);
        return true;
    });
}

/// Skips a gap that repeated reads of the history did not fill.
void hub_state::skip_gap(topic& which, position latest) {
    if (!which.early.empty()) {
        latest = which.early.begin()->second->at;
        --latest.offset;
    }
    lose(which, latest);
    if (!closed_) deliver_early(which);
}

/// Continues after `now`, and reports the loss to the application. The handler may run the loop in
/// a nested call, which delivers publications unless one is being sent to subscribers.
void hub_state::lose(topic& which, position now) {
    ++counters_.losses;
    which.seen = now;
    which.recent.clear(); // it has a gap now
    which.recent_size = 0;
    if (!on_loss) return;
    const bool delivers = !sending_ && std::exchange(delivering_, false);
    guarded([&] { on_loss(which.name, now); });
    if (delivers) delivering_ = true;
}

} // namespace weft
