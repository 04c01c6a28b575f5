// SPDX-License-Identifier: MIT
// Every allocation fails once, and then with all that follow it: of a service and its connections
// over Asio's sockets, and of conversations. A call that finds no memory reports it; nothing
// is lost, and `run` ends.
#include <chrono>

#include "both_ends.hpp"
#include "support/out_of_memory.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

template <class Asio>
class asio_allocations : public ::testing::Test {};
TYPED_TEST_SUITE(asio_allocations, two_asios, asio_name);

/// How the connections of one end ended: counts, and so needs no memory.
struct end_counts {
    int begun = 0;
    int opens = 0;
    int ends = 0;
    int short_of_memory = 0;

    void end(const report& why) {
        ++ends;
        if (why.error == std::errc::not_enough_memory) ++short_of_memory;
    }
};

/// Runs the context while memory is short and then, after `later`, for as long as it has work.
template <class Context, class Later>
void run_short_of_memory(Context& context, scarce_memory& memory, Later&& later) {
    for (int i = 0; i < 100 && !context.stopped(); ++i) {
        memory.during([&] { context.poll_one(); });
    }
    context.restart();
    later();
    context.run_for(5s);
    EXPECT_TRUE(context.stopped()) << "something kept it running";
}

TYPED_TEST(asio_allocations, of_services_fail_one_by_one) {
    fail_each_allocation([](scarce_memory& memory) {
        typename TypeParam::io_context context;
        typename TypeParam::service server(context);
        typename TypeParam::service client(context);
        end_counts served, outbound;
        server.route("/",
                     {.open = [&](connection&) { ++served.opens; },
                      .message = [](connection& c, message m) { c.send(m); },
                      .close = [&](connection&, const report& why) { served.end(why); }});
        auto both = tcp_pair<TypeParam>(context);
        const auto where = at_path("/");
        handlers what{.open =
                          [&](connection& c) {
                              ++outbound.opens;
                              c.send("x");
                          },
                      .message = [](connection& c, message) { c.close(); },
                      .close = [&](connection&, const report& why) { outbound.end(why); },
                      .fail = [&](const report& why) { outbound.end(why); }};
        memory.during([&] { server.serve(std::move(both.second)); });
        memory.during([&] {
            client.connect(std::move(both.first), where, std::move(what));
            ++outbound.begun;
        });
        run_short_of_memory(context, memory, [] {});
        EXPECT_EQ(outbound.ends, outbound.begun);
        EXPECT_EQ(served.ends, served.opens);
        EXPECT_EQ(server.connection_count() + client.connection_count(), 0U);
    });
}

TYPED_TEST(asio_allocations, of_conversations_fail_one_by_one) {
    fail_each_allocation([](scarce_memory& memory) {
        typename TypeParam::io_context context;
        typename TypeParam::service server(context);
        typename TypeParam::service client(context);
        using conversation = typename TypeParam::conversation;
        conversation there, here;
        int completed = 0;
        server.route("/", server.conversations([&](conversation opened) {
            there = std::move(opened);
            there.async_send("hello", [&](auto) { ++completed; });
            there.async_receive([&](auto, auto) { ++completed; });
        }));
        auto both = tcp_pair<TypeParam>(context);
        const auto where = at_path("/");
        memory.during([&] { server.serve(std::move(both.second)); });
        memory.during([&] {
            client.async_connect(std::move(both.first), where, [&](auto why, conversation opened) {
                ++completed;
                here = std::move(opened);
                if (why) return;
                here.async_receive([&](auto, auto) {
                    ++completed;
                    here = {};
                });
            });
        });
        both.first.close();
        both.second.close();
        run_short_of_memory(context, memory, [&] {
            if (!memory.ran_out()) return;
            here = {}; // for whom a handler was destroyed instead of called
            there = {};
        });
        if (!memory.ran_out()) { EXPECT_EQ(completed, 4); }
        EXPECT_EQ(server.connection_count() + client.connection_count(), 0U);
    });
}

} // namespace
} // namespace weft::testing
