// SPDX-License-Identifier: MIT
// Runs a host until a condition holds or its patience ends, and detaches from it.
#include "testing/host_stage.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace weft::testing {

using namespace std::chrono_literals;

staying_loop::staying_loop(host_under_test& host, std::shared_ptr<host_complaints> complaints)
    : host_(host), complaints_(std::move(complaints)) {}

bool staying_loop::attach(budget limit) {
    const auto attachment = std::make_shared<checked_attachment>(host_.ops(), complaints_);
    auto made = guest::create(*loop_, attachment->ops(), limit);
    if (!made) return false;
    attachments_.push_back(attachment);
    guest_.emplace(std::move(*made));
    return true;
}

std::size_t staying_loop::turns() const {
    std::size_t all = 0;
    for (const auto& one : attachments_) all += one->turns();
    return all;
}

bool staying_loop::is_done() const {
    return std::all_of(attachments_.begin(), attachments_.end(),
                       [](const auto& one) { return one->is_done(); });
}

host_stage::host_stage(const host_factory& make, duration patience)
    : patience_(patience), host_(make()) {
    another();
}

staying_loop& host_stage::another() {
    staying_.push_back(std::make_unique<staying_loop>(*host_, complaints_));
    return *staying_.back();
}

bool host_stage::until(const std::function<bool()>& holds, std::string_view otherwise) {
    const auto end = std::chrono::steady_clock::now() + patience_;
    while (!holds()) {
        const auto left = end - std::chrono::steady_clock::now();
        if (left <= 0s) break;
        host_->turn(left);
    }
    return expect(std::chrono::steady_clock::now() < end, otherwise);
}

bool host_stage::expect(bool holds, std::string_view otherwise) {
    if (!holds) complaints_->add(std::string(otherwise));
    return holds;
}

void host_stage::settle() {
    const auto turns = [&] {
        std::size_t all = 0;
        for (const auto& one : staying_) all += one->turns();
        return all;
    };
    const auto end = std::chrono::steady_clock::now() + std::min<duration>(patience_, 200ms);
    for (int quiet = 0; quiet < 3 && std::chrono::steady_clock::now() < end;) {
        const std::size_t before = turns();
        host_->turn(1ms);
        quiet = before == turns() ? quiet + 1 : 0;
    }
}

void host_stage::leave() {
    for (const auto& one : staying_) one->destroy_guest();
    until(
        [&] {
            return std::all_of(staying_.begin(), staying_.end(),
                               [](const auto& one) { return one->is_done(); });
        },
        "unwatch's done was not called: call it once, when the host holds nothing of Weft");
}

std::vector<std::string> host_stage::end() {
    leave();
    staying_.clear();
    host_.reset();
    return complaints_->all();
}

} // namespace weft::testing
