// SPDX-License-Identifier: MIT
// What a service manager says in the environment, in child processes with descriptors from 3 on.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/loop/socket_activation.hpp>

#include "support/in_child.hpp"

namespace weft::testing {
namespace {

/// What a child does and says that was passed `count` descriptors.
struct activated {
    std::string fds = "2";
    const char* names = nullptr;
    bool for_parent = false;

    void expect(const std::function<bool()>& holds) const {
        EXPECT_EQ(in_child([&] {
                      receive();
                      return holds() ? 0 : 1;
                  }),
                  0)
            << fds << ' ' << (names ? names : "-");
    }
    void expect_error(std::error_code why, std::string_view name = {}) const {
        expect([&] { return activated_descriptors(name).error() == why; });
    }

private:
    void receive() const {
        for (const int number : {3, 4}) {
            ::close(number);
            ::open("/dev/null", O_RDWR); // the lowest free number
        }
        ::setenv("LISTEN_FDS", fds.c_str(), 1);
        const auto pid = std::to_string(for_parent ? ::getppid() : ::getpid());
        ::setenv("LISTEN_PID", pid.c_str(), 1);
        if (names) ::setenv("LISTEN_FDNAMES", names, 1);
    }
};

bool closes_on_exec(int descriptor) {
    return (::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0;
}

TEST(socket_activation, tells_descriptors_and_their_names) {
    activated{.names = "web:admin"}.expect([] {
        const auto all = activated_descriptors();
        return all && all->size() == 2 && (*all)[0].descriptor == 3 && (*all)[0].name == "web" &&
            (*all)[1].descriptor == 4 && (*all)[1].name == "admin" && closes_on_exec(3) &&
            closes_on_exec(4);
    });
    activated{.names = "web:admin"}.expect([] {
        const auto one = activated_descriptors("admin");
        return one && one->size() == 1 && one->front().descriptor == 4 && closes_on_exec(3);
    });
    activated{.names = "web:web"}.expect([] { return activated_descriptors("web")->size() == 2; });
    activated{}.expect([] { return activated_descriptors()->back().name == "unknown"; });
    activated{.names = ":"}.expect([] { return activated_descriptors()->back().name.empty(); });
}

TEST(socket_activation, says_so_when_nothing_was_passed) {
    ::unsetenv("LISTEN_PID");
    EXPECT_EQ(activated_descriptors().error(), errc::not_activated);
    activated{.fds = "0"}.expect_error(errc::not_activated);
    activated{.for_parent = true}.expect_error(errc::not_activated);
    activated{.names = "web:admin"}.expect_error(errc::not_activated, "metrics");
}

TEST(socket_activation, refuses_what_makes_no_sense) {
    for (const auto* const fds : {"", "two", "2x", "-1", "99999999999999999999", "2000000000"}) {
        activated{.fds = fds}.expect_error(errc::bad_argument);
    }
    activated{.names = "web"}.expect_error(errc::bad_argument);
    activated{.names = "a:b:c"}.expect_error(errc::bad_argument);
    activated{.fds = "1000000"}.expect(
        [] { return activated_descriptors().error() == std::errc::bad_file_descriptor; });
}

} // namespace
} // namespace weft::testing
