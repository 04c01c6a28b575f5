// SPDX-License-Identifier: MIT
// A Redis server of a test's own, behind a Unix socket in a directory of its own.
#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace weft::testing {

class redis_server {
public:
    redis_server() {
        std::string directory = std::filesystem::temp_directory_path() / "weft-redis-";
        directory.append(6, 'X');
        directory_ = ::mkdtemp(directory.data());
        std::array<int, 2> output{};
        if (::pipe(output.data()) != 0) return;
        child_ = ::fork();
        if (child_ == 0) become_redis(output[1]);
        ::close(output[1]);
        await_readiness(output[0]);
        ::close(output[0]);
    }
    redis_server(const redis_server&) = delete;
    redis_server& operator=(const redis_server&) = delete;

    ~redis_server() {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    /// False where there is no redis-server.
    [[nodiscard]] bool runs() const noexcept { return runs_; }
    [[nodiscard]] std::string socket() const { return directory_ + "/redis"; }

private:
    [[noreturn]] void become_redis(int output) const {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(output, STDOUT_FILENO);
        ::execlp("redis-server", "redis-server", "--port", "0", "--save", "", "--dir",
                 directory_.c_str(), "--unixsocket", socket().c_str(), nullptr);
        ::_exit(127);
    }

    /// It says so on its standard output, which ends if it does not start.
    void await_readiness(int output) {
        std::string said;
        std::array<char, 512> piece;
        while (!runs_) {
            const auto size = ::read(output, piece.data(), piece.size());
            if (size <= 0) return;
            said.append(piece.data(), static_cast<std::size_t>(size));
            runs_ = said.find("ready to accept connections") != std::string::npos;
        }
    }

    std::string directory_;
    pid_t child_ = -1;
    bool runs_ = false;
};

} // namespace weft::testing
