// SPDX-License-Identifier: MIT
// The function that the table of system calls asks.
#include "faults/fault_plan.hpp"

#include <cstring>
#include <set>
#include <string_view>

#include "loop/posix/system_call.hpp"

namespace weft::testing {
namespace {

fault_plan* current = nullptr;

const std::set<std::string_view> waiting_calls{"epoll_wait", "epoll_pwait2", "poll"};

std::string ordinal(std::size_t number) {
    const char* const ending = number == 1   ? "st"
                               : number == 2 ? "nd"
                               : number == 3 ? "rd"
                                             : "th";
    return std::to_string(number) + ending;
}

} // namespace

std::string name_of_error(int error) {
    const char* const name = ::strerrorname_np(error);
    return name ? name : std::to_string(error);
}

std::string fault::str() const {
    return site->str() + ": " + ordinal(nth) + " call " + (for_ever ? "and later ones " : "") +
           "fails with " + name_of_error(error) + (happens ? ", though it happens" : "");
}

fault_plan::fault_plan(const std::vector<source_call>& sites) : sites_(sites) {
    current = this;
    system_faults = &fault_plan::answer;
}

fault_plan::~fault_plan() {
    system_faults = nullptr;
    current = nullptr;
}

void fault_plan::arm(std::optional<fault> wanted) {
    fault_ = wanted;
    calls_.clear();
    failed_ = 0;
}

int fault_plan::answer(const char* call, const call_site& at) noexcept {
    return current->answer_here(call, at);
}

int fault_plan::answer_here(const char* call, const call_site& at) {
    const std::scoped_lock lock(mutex_);
    if (waiting_calls.contains(call)) ++waits_;
    const source_call* const site = site_of(sites_, call, at);
    if (!site) {
        strangers_.push_back(std::string(at.file_name()) + ":" + std::to_string(at.line()) + " " +
                             call);
        return 0;
    }
    const std::size_t nth = ++calls_[site];
    if (fault_ && fault_->site == site &&
        (nth == fault_->nth || (fault_->for_ever && nth > fault_->nth))) {
        ++failed_;
        return fault_->happens ? -fault_->error : fault_->error;
    }
    for (const auto& [name, error] : missing_) {
        if (name == call) return error;
    }
    return 0;
}

} // namespace weft::testing
