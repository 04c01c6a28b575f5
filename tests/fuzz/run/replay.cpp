// SPDX-License-Identifier: MIT
// Replays the corpora in the tree: one test for each file below corpus/<target>/. A failure aborts,
// so the line before it names the file.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz/fuzz_target.hpp"

namespace weft::fuzz {
namespace {

class replay : public ::testing::Test {
public:
    replay(const fuzz_target& target, std::filesystem::path file)
        : target_(target), file_(std::move(file)) {}

    void TestBody() override {
        if (const auto missing = target_.missing(); !missing.empty()) GTEST_SKIP() << missing;
        std::ifstream in(file_, std::ios::binary);
        const std::string input{std::istreambuf_iterator<char>(in), {}};
        ASSERT_TRUE(in.is_open()) << file_;
        target_.run(std::as_bytes(std::span(input)));
    }

private:
    const fuzz_target& target_;
    std::filesystem::path file_;
};

void register_corpus(const fuzz_target& target) {
    namespace fs = std::filesystem;
    std::vector<fs::path> files;
    for (const auto& each :
         fs::directory_iterator(fs::path(WEFT_TESTS_DIR) / "fuzz" / "corpus" / target.name())) {
        files.push_back(each.path());
    }
    std::ranges::sort(files);
    for (const auto& file : files) {
        ::testing::RegisterTest(
            target.name(), file.filename().c_str(), nullptr, nullptr, __FILE__, __LINE__,
            [&target, file]() -> ::testing::Test* { return new replay(target, file); });
    }
}

} // namespace
} // namespace weft::fuzz

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    for (const auto* target : weft::fuzz::fuzz_target::all())
        weft::fuzz::register_corpus(*target);
    return RUN_ALL_TESTS();
}
