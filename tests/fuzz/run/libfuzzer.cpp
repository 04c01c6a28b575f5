// SPDX-License-Identifier: MIT
// libFuzzer runs the one target that is linked in.
#include <cstdint>

#include "fuzz/fuzz_target.hpp"

namespace {

const weft::fuzz::fuzz_target& only_target() {
    const auto& all = weft::fuzz::fuzz_target::all();
    weft::fuzz::must(all.size() == 1, "a fuzzer has one target");
    return *all.front();
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    const auto missing = only_target().missing();
    if (missing.empty()) return 0;
    std::fprintf(stderr, "%s: skipped: %s\n", only_target().name(), missing.c_str());
    std::exit(77);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    only_target().run(std::as_bytes(std::span(data, size)));
    return 0;
}
