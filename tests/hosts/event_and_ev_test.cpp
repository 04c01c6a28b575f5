// SPDX-License-Identifier: MIT
// libevent and libev in one program: libev has functions of libevent's names, too, which must not
// answer.
#include <dlfcn.h>

#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <weft/weft.hpp>

#include "host_loops/foreign_loop.hpp"

// Their headers do not go together.
extern "C" {
struct event_base;
event_base* event_base_new();
int event_base_dispatch(event_base*);
const char* event_get_version();
int ev_run(struct ev_loop*, int);
}

namespace weft::testing {
namespace {

/// The file name of the library that has `function`.
template <class Function>
std::string library_of(Function* function) {
    Dl_info where{};
    ::dladdr(reinterpret_cast<void*>(function), &where);
    const std::string_view path = where.dli_fname != nullptr ? where.dli_fname : "";
    return std::string(path.substr(path.rfind('/') + 1));
}

std::unique_ptr<foreign_loop> make(std::string_view name) {
    for (const auto* one : foreign_loop_registration::all()) {
        if (one->name == name) return one->make();
    }
    return nullptr;
}

TEST(event_and_ev, each_library_answers_to_its_names) {
    EXPECT_TRUE(std::string_view(event_get_version()).starts_with("2."));
    EXPECT_TRUE(library_of(event_base_new).starts_with("libevent"));
    EXPECT_TRUE(library_of(event_base_dispatch).starts_with("libevent"));
    EXPECT_TRUE(library_of(ev_run).starts_with("libev."));
}

TEST(event_and_ev, a_guest_in_each_talks_to_the_other) {
    const auto one = make("event"), other = make("ev");
    event_loop here, there;
    const guest in_one(here, one->ops()), in_other(there, other->ops());
    server echo(here);
    echo.route("/", {.message = [](connection& peer, message m) { peer.send(m); }});
    client outbound_connector(there);
    std::string received;
    outbound_connector.connect("ws://" + echo.listen("127.0.0.1", 0)->str() + "/",
                               {.open = [](connection& peer) { peer.send("across"); },
                                .message =
                                    [&](connection& peer, message m) {
                                        received = m.text();
                                        peer.close();
                                    }});
    while (there.work_count() != 0) {
        one->turn(std::chrono::milliseconds(1));
        other->turn(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(received, "across");
    echo.stop_listening();
    one->run();
    other->run();
}

} // namespace
} // namespace weft::testing
