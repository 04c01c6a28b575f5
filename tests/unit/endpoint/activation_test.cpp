// SPDX-License-Identifier: MIT
// Sockets that a service manager has passed: a server takes all of them or none, in a child process
// with descriptors from 3 on.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <weft/endpoint/server.hpp>

#include "loop/posix/system_call.hpp"

#include "support/call_names.hpp"
#include "support/in_child.hpp"

namespace weft::testing {
namespace {

constexpr int passed[] = {3, 4};

void pass_listening_sockets() {
    for (const int number : passed) {
        const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
        ::listen(listening, 1); // at a port that the system chooses
        if (listening != number) {
            ::dup2(listening, number);
            ::close(listening);
        }
    }
    ::setenv("LISTEN_FDS", "2", 1);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
}

bool are_open() {
    for (const int number : passed) {
        if (::fcntl(number, F_GETFD) < 0) return false;
    }
    return true;
}

int adds_of_this_process = 0;

TEST(activated_listeners, are_taken_all_or_none) {
    EXPECT_EQ(in_child([] {
                  pass_listening_sockets();
                  event_loop loop;
                  server activated(loop);
                  system_faults = [](const char* call, const call_site&) noexcept {
                      const bool adds = call == registration_call;
                      return adds && ++adds_of_this_process == 2 ? ENOSPC : 0;
                  };
                  const auto refused = activated.listen_activated();
                  system_faults = nullptr;
                  if (refused.error() != std::errc::no_space_on_device) return 1;
                  if (activated.is_listening() || loop.work_count() != 0) return 2;
                  if (!are_open()) return 3;
                  if (activated.listen_activated()->size() != 2) return 4;
                  return activated.listening_at().size() == 2 ? 0 : 5;
              }),
              0);
}

} // namespace
} // namespace weft::testing
