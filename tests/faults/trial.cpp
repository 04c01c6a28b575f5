// SPDX-License-Identifier: MIT
// Playing and judging.
#include "faults/trial.hpp"

#include <algorithm>
#include <cerrno>

#include "support/descriptors.hpp"

namespace weft::testing {
namespace {

/// A socket file may stay where it could not be looked at or be removed.
bool may_leave_a_file(const std::optional<fault>& wanted) {
    return wanted && (wanted->site->call == "lstat" || wanted->site->call == "unlink");
}

/// The play itself; from here on faults happen, until it has ended.
bool play_in(world& w, const scenario& what, fault_plan& plan, std::optional<fault> wanted) {
    if (what.from_the_beginning) {
        plan.arm(wanted);
        return w.begin() && what.play(w);
    }
    if (!w.begin() || !w.add_bystander()) return false;
    plan.arm(wanted);
    return what.play(w);
}

/// What must still work when the fault is over.
void judge_after(world& w, const scenario& what, verdict& so_far) {
    auto& wrong = so_far.wrong;
    const bool ended_on_purpose = what.name == "shut down amid";
    if (!ended_on_purpose && !w.others_go_on()) wrong.push_back("others do not go on");
    if (!w.shut_down()) wrong.push_back("shutting down does not end");
    if (!w.broken_contract().empty()) wrong.push_back(w.broken_contract());
    if (const auto ends = w.ends_that_are_wrong(); !ends.empty()) wrong.push_back(ends);
}

/// One that is fair on a busy machine as well is slow, so the quick one comes first.
constexpr std::chrono::milliseconds quick{1};
constexpr std::chrono::milliseconds fair{100};

verdict play(const trial& which, std::optional<fault> wanted, std::chrono::milliseconds patience) {
    verdict outcome;
    const auto descriptors_before = open_descriptors();
    {
        fault_plan plan(*which.sites);
        plan.lack(which.what->lacks);
        world w(*which.where);
        w.waits = [&] { return plan.waits(); };
        w.patience = patience;
        w.edges_are_lost = wanted && wanted->error == EAGAIN;
        w.hopeless = wanted && wanted->for_ever;
        outcome.completed = play_in(w, *which.what, plan, wanted);
        outcome.calls = plan.calls();
        outcome.failed = plan.failed();
        outcome.reported = w.reported();
        plan.disarm();
        w.hopeless = false;
        if (w.begun() || w.begin()) judge_after(w, *which.what, outcome);
        outcome.impatient = w.has_moved_clock();
        w.end();
        if (!w.folder().empty() && !may_leave_a_file(wanted)) {
            outcome.wrong.push_back("a socket file is left");
        }
        for (const auto& one : plan.strangers()) {
            outcome.wrong.push_back("a call from where none was found: " + one);
        }
    }
    if (open_descriptors() != descriptors_before) outcome.wrong.push_back("a descriptor is left");
    return outcome;
}

void judge_consequence(verdict& of, const fault& armed, consequence expected) {
    if (of.completed || of.failed == 0) return;
    if (armed.for_ever && expected == consequence::harmless) return; // it waits for better times
    const std::error_code very(armed.error, std::system_category());
    const bool found =
        std::find(of.reported.begin(), of.reported.end(), very) != of.reported.end();
    // A call that fails for ever may be noticed in another way, such as a deadline.
    const bool other_will_do = expected == consequence::replaced || armed.for_ever;
    if (expected == consequence::harmless) {
        of.wrong.push_back("it should have been harmless");
    } else if (!found && !(other_will_do && !of.reported.empty())) {
        of.wrong.push_back("the error was not reported");
    }
}

} // namespace

verdict trial::undisturbed() const {
    return play(*this, {}, fair);
}

verdict trial::disturbed(const fault& by, consequence expected) const {
    verdict outcome;
    for (const auto patience : {quick, fair}) {
        outcome = play(*this, by, patience);
        judge_consequence(outcome, by, expected);
        if (outcome.wrong.empty() || !outcome.impatient) break;
    }
    if (outcome.wrong.empty()) return outcome;
    for (const auto& one : outcome.reported) outcome.wrong.push_back("reported: " + one.message());
    return outcome;
}

} // namespace weft::testing
