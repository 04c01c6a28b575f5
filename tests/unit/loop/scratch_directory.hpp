// SPDX-License-Identifier: MIT
// A directory for the files of one test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace weft::testing {

struct scratch_directory {
    std::string path;

    scratch_directory() {
        const auto name = "weft-test-" + std::string(6, 'X'); // as mkdtemp wants it
        std::string made = std::filesystem::temp_directory_path() / name;
        path = ::mkdtemp(made.data());
    }
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;
    ~scratch_directory() { std::filesystem::remove_all(path); }
};

} // namespace weft::testing
