// SPDX-License-Identifier: MIT
// Which system call fails next: the n-th at one site, once or from then on. Counts all calls
// meanwhile. Knows neither the manual nor what is played.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "faults/source_calls.hpp"

namespace weft::testing {

/// A call that fails.
struct fault {
    const source_call* site = nullptr;
    int error = 0;
    std::size_t nth = 1;
    bool for_ever = false; ///< the later ones as well
    bool happens = false;  ///< the call is made all the same

    /// "epoll_engine.cpp:72 epoll_ctl: 2nd call fails with ENOMEM"
    [[nodiscard]] std::string str() const;
};

/// "ENOMEM"
[[nodiscard]] std::string name_of_error(int error);

/// A system that lacks a call altogether.
struct missing_call {
    std::string call;
    int error;
};

/// Answers for the system while it lives; there is one at a time.
class fault_plan {
public:
    explicit fault_plan(const std::vector<source_call>& sites);
    fault_plan(const fault_plan&) = delete;
    fault_plan& operator=(const fault_plan&) = delete;
    ~fault_plan();

    /// Counts from here on, and lets `wanted` happen when its time has come.
    void arm(std::optional<fault> wanted);
    void disarm() { fault_.reset(); }
    void lack(std::vector<missing_call> calls) { missing_ = std::move(calls); }

    /// How often a call was made at each site since `arm`.
    [[nodiscard]] const std::map<const source_call*, std::size_t>& calls() const { return calls_; }

    /// How often a call has failed since `arm`.
    [[nodiscard]] std::size_t failed() const { return failed_; }

    /// How often the loop has looked for what is ready, since it was made.
    [[nodiscard]] std::size_t waits() const { return waits_; }

    /// Calls from places that the search for sites has not found.
    [[nodiscard]] const std::vector<std::string>& strangers() const { return strangers_; }

private:
    static int answer(const char* call, const call_site& at) noexcept;
    int answer_here(const char* call, const call_site& at);

    std::mutex mutex_; // a dispatcher's guest has a thread
    const std::vector<source_call>& sites_;
    std::optional<fault> fault_;
    std::vector<missing_call> missing_;
    std::map<const source_call*, std::size_t> calls_;
    std::size_t failed_ = 0;
    std::size_t waits_ = 0;
    std::vector<std::string> strangers_;
};

} // namespace weft::testing
