// SPDX-License-Identifier: MIT
// What a fuzzer is to whoever runs it: a name and a function of bytes. Knows neither libFuzzer nor
// GoogleTest, so that the same target runs in both.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

namespace weft::fuzz {

using byte_view = std::span<const std::byte>;

/// One fuzzer. Define one at namespace scope in the file of its name, and it is found.
class fuzz_target {
public:
    /// `runs` returns when nothing is wrong with what `input` led to, and aborts otherwise.
    /// `misses`, if given, says what the target needs and has not found; empty for nothing.
    fuzz_target(const char* name, void (*runs)(byte_view input), std::string (*misses)() = nullptr)
        : name_(name), run_(runs), missing_(misses) {
        all().push_back(this);
    }
    fuzz_target(const fuzz_target&) = delete;
    fuzz_target& operator=(const fuzz_target&) = delete;

    [[nodiscard]] const char* name() const { return name_; }
    [[nodiscard]] std::string missing() const { return missing_ ? missing_() : std::string(); }
    void run(byte_view input) const { run_(input); }

    /// Every target that is linked in.
    static std::vector<const fuzz_target*>& all() {
        static std::vector<const fuzz_target*> found;
        return found;
    }

private:
    const char* name_;
    void (*run_)(byte_view);
    std::string (*missing_)();
};

/// Ends the program when `holds` is false, as an assertion that is always on.
inline void must(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

} // namespace weft::fuzz
