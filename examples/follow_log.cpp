// SPDX-License-Identifier: MIT
// Sends new lines of a log file to WebSocket clients; inotify on the loop reports changes. Handles
// truncation, and rotation by renaming. A client that reads too slowly misses lines.
//
//     build/release/examples/follow_log /var/log/app.log 9001
//     build/release/weft connect ws://127.0.0.1:9001/
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <iostream>
#include <string>

#include <weft/core/utf8.hpp>
#include <weft/weft.hpp>

/// Follows the end of the file that currently has this name. Reading recently written lines does
/// not block for long, because they are still in memory.
class log_end {
public:
    explicit log_end(std::string path) : path_(std::move(path)) {
        open();
        if (file_ >= 0) read_to_ = ::lseek(file_, 0, SEEK_END);
    }

    /// Calls `tell` with each new line.
    template <class Tell>
    void read(Tell&& tell) {
        read_on(tell);
        struct stat now {};
        if (::stat(path_.c_str(), &now) != 0 || now.st_ino == inode_) return;
        line_.clear(); // rotated: another file has the name now
        open();
        read_on(tell);
    }

private:
    void open() {
        if (file_ >= 0) ::close(file_);
        file_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
        struct stat now {};
        inode_ = file_ >= 0 && ::fstat(file_, &now) == 0 ? now.st_ino : 0;
        read_to_ = 0;
    }

    template <class Tell>
    void read_on(Tell& tell) {
        struct stat now {};
        if (file_ < 0 || ::fstat(file_, &now) != 0) return;
        if (now.st_size < read_to_) read_to_ = 0; // truncated
        std::array<char, 16384> buffer;
        ssize_t count;
        while ((count = ::pread(file_, buffer.data(), buffer.size(), read_to_)) > 0) {
            read_to_ += count;
            line_.append(buffer.data(), static_cast<std::size_t>(count));
        }
        for (std::size_t end; (end = line_.find('\n')) != std::string::npos;) {
            tell(std::string_view(line_).substr(0, end));
            line_.erase(0, end + 1);
        }
    }

    std::string path_;
    std::string line_; // without its end yet
    int file_ = -1;
    ino_t inode_ = 0;
    off_t read_to_ = 0;
};

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: follow_log FILE [PORT]\n";
        return 2;
    }
    const auto path = std::filesystem::absolute(argv[1]);
    weft::event_loop loop;
    weft::server server{loop};
    server.route("/", {});

    log_end log{path};
    const auto tell = [&server](std::string_view line) {
        const bool is_text = weft::is_utf8(std::as_bytes(std::span(line)));
        const weft::message m(std::as_bytes(std::span(line)), is_text);
        server.for_each([m](weft::connection& one) { one.send(m); });
    };

    // Watches the folder, because another file may get the name.
    const int changes = ::inotify_init1(IN_CLOEXEC);
    ::inotify_add_watch(changes, path.parent_path().c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO);
    const auto watching = weft::raw_file::adopt(loop, changes, {
        .data = [&](weft::raw_connection&, std::span<std::byte>) { log.read(tell); },
    });
    const int port = argc > 2 ? std::stoi(argv[2]) : 9001;
    const auto bound = server.listen("127.0.0.1", static_cast<std::uint16_t>(port));
    if (!watching || !bound) {
        std::cerr << (watching ? bound.error() : watching.error()).message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/\n" << std::flush;
    loop.run();
}
