// SPDX-License-Identifier: MIT
//
// CPU time from the process's own clock, memory from smaps_rollup.

#include "process_cost.hpp"

#include <ctime>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace weft::load {

double cpu_seconds(pid_t pid) {
    clockid_t process_clock{};
    // clock_getcpuclockid returns its error instead of setting errno.
    if (const int error = ::clock_getcpuclockid(pid, &process_clock); error != 0) {
        throw std::system_error{error, std::generic_category(), "clock_getcpuclockid"};
    }
    timespec used{};
    if (::clock_gettime(process_clock, &used) < 0) {
        throw std::system_error{errno, std::generic_category(), "clock_gettime"};
    }
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

std::int64_t user_memory(pid_t pid) {
    std::ifstream rollup{"/proc/" + std::to_string(pid) + "/smaps_rollup"};
    for (std::string word; rollup >> word;) {
        std::int64_t kibibytes = 0;
        if (word == "Anonymous:" && rollup >> kibibytes) return kibibytes * 1024;
    }
    throw std::runtime_error{"cannot read the server's memory from smaps_rollup"};
}

}  // namespace weft::load
