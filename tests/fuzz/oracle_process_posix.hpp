// SPDX-License-Identifier: MIT
// Another program that is asked for its opinion: requests and answers through pipes, each behind
// its length. Knows nothing of what they say. POSIX.
#pragma once

#include <cerrno>
#include <string>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz_target.hpp"

extern char** environ; // POSIX leaves its declaration to the program

namespace weft::fuzz {

class oracle_process {
public:
    oracle_process(const char* program, const char* script) {
        int to_child[2];
        int from_child[2];
        must(::pipe(to_child) == 0 && ::pipe(from_child) == 0, "pipes can be made");
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, to_child[0], 0);
        ::posix_spawn_file_actions_adddup2(&actions, from_child[1], 1);
        ::posix_spawn_file_actions_addclose(&actions, to_child[1]);
        ::posix_spawn_file_actions_addclose(&actions, from_child[0]);
        const char* const arguments[] = {program, "-B", script, nullptr};
        must(::posix_spawn(&child_, program, &actions, nullptr, const_cast<char* const*>(arguments),
                           environ) == 0,
             "the oracle can be started");
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(to_child[0]);
        ::close(from_child[1]);
        requests_ = to_child[1];
        answers_ = from_child[0];
    }
    oracle_process(const oracle_process&) = delete;
    oracle_process& operator=(const oracle_process&) = delete;
    ~oracle_process() {
        ::close(requests_); // which it ends by
        ::close(answers_);
        ::waitpid(child_, nullptr, 0);
    }

    std::string ask(const std::string& request) {
        write_all(length_of(request.size()) + request);
        std::size_t size = 0;
        for (const char byte : read_exactly(4))
            size = size << 8 | static_cast<unsigned char>(byte);
        return read_exactly(size);
    }

    /// Four bytes, the highest first.
    static std::string length_of(std::size_t size) {
        std::string bytes;
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes += static_cast<char>(size >> shift & 0xffU);
        return bytes;
    }

private:
    void write_all(std::string bytes) const {
        while (!bytes.empty()) {
            const auto taken = ::write(requests_, bytes.data(), bytes.size());
            if (was_interrupted(taken)) continue;
            must(taken > 0, "the oracle reads");
            bytes.erase(0, static_cast<std::size_t>(taken));
        }
    }

    [[nodiscard]] std::string read_exactly(std::size_t size) const {
        std::string bytes(size, '\0');
        for (std::size_t at = 0; at < size;) {
            const auto came = ::read(answers_, bytes.data() + at, size - at);
            if (was_interrupted(came)) continue;
            must(came > 0, "the oracle answers");
            at += static_cast<std::size_t>(came);
        }
        return bytes;
    }

    /// libFuzzer has an alarm that goes off regularly.
    static bool was_interrupted(ssize_t became) { return became < 0 && errno == EINTR; }

    pid_t child_ = 0;
    int requests_ = -1;
    int answers_ = -1;
};

} // namespace weft::fuzz
