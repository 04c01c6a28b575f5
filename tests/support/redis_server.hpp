// SPDX-License-Identifier: MIT
// Starts a Redis server for one test, on a Unix-domain socket in its own directory. It can be
// killed, started again with its data, and suspended.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace weft::testing {

class redis_server {
public:
    /// Starts with further arguments for redis-server, such as {"--appendonly", "yes"}.
    explicit redis_server(std::vector<std::string> arguments = {})
        : arguments_(std::move(arguments)) {
        std::string directory = std::filesystem::temp_directory_path() / "weft-redis-";
        directory.append(6, 'X');
        directory_ = ::mkdtemp(directory.data());
        start();
    }
    redis_server(const redis_server&) = delete;
    redis_server& operator=(const redis_server&) = delete;

    ~redis_server() {
        kill();
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    /// False where there is no redis-server.
    [[nodiscard]] bool runs() const noexcept { return runs_; }
    [[nodiscard]] std::string socket() const { return directory_ + "/redis"; }

    void start() {
        child_ = ::fork();
        if (child_ == 0) become_redis();
        await_readiness();
    }

    /// Kills the server. Its files stay, and `start` reads them.
    void kill() {
        if (child_ > 0 && ::kill(child_, SIGKILL) == 0) ::waitpid(child_, nullptr, 0);
        child_ = -1;
        runs_ = false;
        std::error_code ignored;
        std::filesystem::remove(socket(), ignored);
    }

    /// Suspend and continue the server. Its connections stay open.
    void pause() const { ::kill(child_, SIGSTOP); }
    void resume() const { ::kill(child_, SIGCONT); }

private:
    [[noreturn]] void become_redis() const {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
        const std::string socket = this->socket();
        const char* const chosen = std::getenv("WEFT_REDIS_SERVER"); // such as valkey-server
        std::vector<const char*> words{chosen ? chosen : "redis-server",
                                       "--port",
                                       "0",
                                       "--save",
                                       "",
                                       "--dir",
                                       directory_.c_str(),
                                       "--unixsocket",
                                       socket.c_str()};
        for (const auto& each : arguments_) words.push_back(each.c_str());
        words.push_back(nullptr);
        ::execvp(words[0], const_cast<char* const*>(words.data()));
        ::_exit(127);
    }

    /// Waits until the server listens or has ended. Does not read its output, which depends on the
    /// version.
    void await_readiness() {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (std::chrono::steady_clock::now() < end) {
            if (::waitpid(child_, nullptr, WNOHANG) != 0) {
                child_ = -1;
                return;
            }
            runs_ = answers();
            if (runs_) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(5)); // no event reports readiness
        }
    }

    /// Only an answer shows that it listens at all of its ports: it opens the socket before others.
    [[nodiscard]] bool answers() const {
        const int peer = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un where{};
        where.sun_family = AF_UNIX;
        socket().copy(where.sun_path, sizeof where.sun_path - 1);
        const timeval patience{10, 0};
        ::setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        char first = 0;
        const bool answered =
            ::connect(peer, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0 &&
            ::send(peer, "PING\r\n", 6, MSG_NOSIGNAL) == 6 && ::recv(peer, &first, 1, 0) == 1;
        ::close(peer);
        return answered;
    }

    std::vector<std::string> arguments_;
    std::string directory_;
    pid_t child_ = -1;
    bool runs_ = false;
};

} // namespace weft::testing
