// SPDX-License-Identifier: MIT
// Binding: permissions of socket files at each moment, the application's hook, the backlog, and
// that nothing is left of what failed.
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>

#include "loop/posix/bound_socket.hpp"

#include "scratch_directory.hpp"

namespace weft::testing {
namespace {

constexpr unsigned no_file = ~0U;

unsigned mode_of(const std::string& path) {
    struct stat found {};
    return ::lstat(path.c_str(), &found) == 0 ? found.st_mode & 07777U : no_file;
}

/// What a socket file allowed before each system call from bind(2) on.
struct mode_watch {
    explicit mode_watch(const std::string& watched) {
        path = watched;
        seen.clear();
        system_faults = [](const char*, const call_site&) noexcept {
            seen.push_back(mode_of(path));
            return 0;
        };
    }
    ~mode_watch() { system_faults = nullptr; }

    inline static std::string path;
    inline static std::vector<unsigned> seen;
};

/// Another umask, which belongs to the whole process: the test has one thread.
struct umask_of {
    explicit umask_of(mode_t mask) : before(::umask(mask)) {}
    ~umask_of() { ::umask(before); }
    mode_t before;
};

listen_options with_mode(unsigned mode) {
    listen_options options;
    options.mode = mode;
    return options;
}

TEST(bound_socket, a_socket_file_is_never_more_open_than_asked) {
    const scratch_directory here;
    const std::string path = here.path + "/socket";
    for (const mode_t mask : {mode_t(0), mode_t(022), mode_t(077), mode_t(0777)}) {
        const umask_of changed(mask);
        for (const unsigned mode : {0600U, 0660U, 0666U, 0777U, 0U}) {
            auto options = with_mode(mode);
            const mode_watch watch(path);
            auto bound = bind_and_listen(address::local(path), options);
            ASSERT_TRUE(bound) << bound.error().message();
            EXPECT_EQ(mode_of(path), mode) << std::oct << mask;
            int moments = 0;
            for (const unsigned seen : watch.seen) {
                if (seen == no_file) continue;
                EXPECT_EQ(seen & ~mode, 0U) << std::oct << seen << ' ' << mode << ' ' << mask;
                ++moments;
            }
            EXPECT_NE(moments, 0);
            bound->file.remove();
        }
    }
}

TEST(bound_socket, without_a_mode_the_umask_decides) {
    const scratch_directory here;
    const std::string path = here.path + "/socket";
    const umask_of changed(027);
    listen_options options;
    auto bound = bind_and_listen(address::local(path), options);
    ASSERT_TRUE(bound);
    EXPECT_EQ(mode_of(path), 0750U);
    bound->file.remove();
    EXPECT_EQ(mode_of(path), no_file);
}

TEST(bound_socket, a_mode_is_nine_bits_and_only_for_files) {
    const scratch_directory here;
    auto strange = with_mode(01777);
    EXPECT_EQ(bind_and_listen(address::local(here.path + "/socket"), strange).error(),
              errc::bad_argument);
    auto needless = with_mode(0600);
    EXPECT_TRUE(bind_and_listen(*address::parse("127.0.0.1", 0), needless));
}

TEST(bound_socket, nothing_is_left_of_what_failed) {
    const scratch_directory here;
    const std::string path = here.path + "/socket";
    for (const auto* const failing : {"fchmod", "bind", "fchmodat", "listen"}) {
        static std::string_view call;
        call = failing;
        const umask_of changed(077); // so that the file's mode has to be changed
        system_faults = [](const char* name, const call_site&) noexcept {
            return name == call ? EACCES : 0;
        };
        auto options = with_mode(0666);
        const auto bound = bind_and_listen(address::local(path), options);
        system_faults = nullptr;
        EXPECT_EQ(bound.error(), std::errc::permission_denied) << failing;
        EXPECT_EQ(mode_of(path), no_file) << failing;
    }
}

TEST(bound_socket, the_application_may_look_at_it_before_it_is_bound) {
    listen_options options;
    int seen = -1;
    options.before_bind = [&](int descriptor) -> result<void> {
        seen = descriptor;
        sockaddr_in at{};
        socklen_t size = sizeof(at);
        EXPECT_EQ(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&at), &size), 0);
        EXPECT_EQ(at.sin_port, 0) << "not bound yet";
        const int on = 1;
        ::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
        return {};
    };
    const auto bound = bind_and_listen(*address::parse("127.0.0.1", 0), options);
    ASSERT_TRUE(bound);
    EXPECT_EQ(bound->descriptor.get(), seen);
    int value = 0;
    socklen_t size = sizeof(value);
    ::getsockopt(seen, SOL_SOCKET, SO_KEEPALIVE, &value, &size);
    EXPECT_NE(value, 0);

    options.before_bind = [](int) -> result<void> {
        return failure(std::make_error_code(std::errc::not_supported));
    };
    EXPECT_EQ(bind_and_listen(*address::parse("127.0.0.1", 0), options).error(),
              std::errc::not_supported);
}

} // namespace
} // namespace weft::testing
