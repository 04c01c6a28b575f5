// SPDX-License-Identifier: MIT
// Every allocation of a server and a client over sockets fails once: who is met without memory
// ends alone, the listeners stay open, and each end is reported once. In one way to drive a loop.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include <weft/core/error.hpp>
#include <weft/weft.hpp>

#include "endpoint/raw_peer.hpp"
#include "support/descriptors.hpp"
#include "support/out_of_memory.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

/// Counts, and so needs no memory.
struct end_counts {
    int begun = 0;
    int opens = 0;
    int messages = 0;
    int closes = 0;
    int fails = 0;
    int short_of_memory = 0;

    handlers all(bool echoes) {
        return {
            .open = [this](connection&) { ++opens; },
            .message =
                [this, echoes](connection& c, message m) {
                    ++messages;
                    echoes ? static_cast<void>(c.send(m)) : c.close();
                },
            .close =
                [this](connection&, const report& why) {
                    ++closes;
                    count(why);
                },
            .fail =
                [this](const report& why) {
                    ++fails;
                    count(why);
                },
        };
    }
    void count(const report& why) {
        if (why.error == std::errc::not_enough_memory) ++short_of_memory;
    }
};

class sockets_beside_a_neighbour {
public:
    event_loop loop;
    std::optional<server> at_server{loop};
    std::optional<client> at_client{loop};
    end_counts served;
    end_counts outbound;
    end_counts beside;

    sockets_beside_a_neighbour() {
        at_server->route("/", served.all(true));
        at_server->route("/beside", beside.all(true));
        at_server->on_fail([this](const report& why) {
            ++served.fails;
            served.count(why);
        });
        server_limits counted;
        counted.connections_per_address_max = 100;
        at_server->limits(counted);
        at_server->on_accept_error([this](std::error_code why) {
            if (why == std::errc::not_enough_memory) ++served.short_of_memory;
        });
        const auto bound = at_server->listen("127.0.0.1", 0);
        EXPECT_TRUE(bound);
        url = "ws://127.0.0.1:" + std::to_string(bound->port()) + "/";
        auto patient = neighbour_.all(false);
        patient.message = [this](connection&, message) { ++neighbour_.messages; };
        neighbour_handle_ = at_client->connect(url + "beside", std::move(patient));
        EXPECT_TRUE(run_until([&] { return neighbour_.opens == 1 && beside.opens == 1; }));
    }

    std::string url;

    /// Turns until `holds` is true or nothing has happened for a while.
    template <class Condition>
    bool run_until(Condition holds, int patience = 200) {
        for (int idle = 0; !holds() && idle < patience;) {
            pollfd wait{*loop.descriptor(), POLLIN, 0};
            idle = ::poll(&wait, 1, 10) == 0 ? idle + 1 : 0;
            loop.run_ready();
        }
        return holds();
    }

    void expect_order() {
        neighbour_handle_.send(std::string("still there?"));
        EXPECT_TRUE(run_until([&] { return neighbour_.messages == 1; }));
        EXPECT_TRUE(run_until([&] { return outbound.closes + outbound.fails == outbound.begun; }));
        int done = 0;
        at_client->shutdown(1s, [&] { ++done; });
        at_server->shutdown(1s, [&] { ++done; });
        EXPECT_TRUE(run_until([&] { return done == 2; }));
        EXPECT_EQ(at_server->connection_count() + at_client->connection_count(), 0U);
        for (const end_counts* here : {&served, &outbound}) EXPECT_EQ(here->closes, here->opens);
        EXPECT_EQ(outbound.closes + outbound.fails, outbound.begun);
        EXPECT_EQ(beside.closes + neighbour_.closes, 2);
        at_client.reset();
        at_server.reset();
        EXPECT_EQ(loop.work_count(), 0U);
    }

private:
    end_counts neighbour_;
    connection_handle neighbour_handle_;
};

TEST(endpoint_allocation, an_echo_over_a_socket) {
    fail_each_allocation([](scarce_memory& memory) {
        sockets_beside_a_neighbour here;
        auto hooks = here.outbound.all(false);
        hooks.open = [&here](connection& c) {
            ++here.outbound.opens;
            c.send("hello");
        };
        memory.during([&] {
            here.at_client->connect(here.url, std::move(hooks));
            ++here.outbound.begun;
        });
        const auto over = [&] { return here.outbound.closes + here.outbound.fails == 1; };
        memory.during([&] { here.run_until(over, 2); });
        EXPECT_TRUE(memory.ran_out() || here.outbound.messages == 1);
        here.expect_order();
        EXPECT_TRUE(here.outbound.messages == 1 || here.outbound.begun == 0 ||
                    here.outbound.short_of_memory + here.served.short_of_memory != 0);
    });
}

TEST(endpoint_allocation, a_way_through_a_proxy) {
    fail_each_allocation([](scarce_memory& memory) {
        sockets_beside_a_neighbour here;
        const raw_peer listener = raw_peer::listening();
        raw_peer proxy;
        connect_options options;
        options.proxy = "http://me:secret@127.0.0.1:" + std::to_string(listener.port());
        auto hooks = here.outbound.all(false);
        const auto over = [&] { return here.outbound.fails == 1; };
        memory.during([&] {
            here.at_client->connect("ws://server.example/", std::move(hooks), std::move(options));
            ++here.outbound.begun;
        });
        const auto hears = [&] { // without memory
            if (over() || !proxy.accept_from(listener)) return over();
            pollfd wait{proxy.descriptor(), POLLIN, 0};
            return ::poll(&wait, 1, 0) == 1;
        };
        memory.during([&] { here.run_until(hears, 2); });
        proxy.received();
        proxy.send("HTTP/1.1 200 OK\r\n\r\n");
        memory.during([&] { here.run_until(hears, 2); });
        const bool asked = proxy.received().find("GET / HTTP/1.1") != std::string::npos;
        EXPECT_TRUE(memory.ran_out() || asked) << proxy.received();
        proxy.close();
        memory.during([&] { here.run_until(over, 2); });
        here.expect_order();
    });
}

TEST(endpoint_allocation, a_redirect_of_a_client_that_a_proxy_names) {
    fail_each_allocation([](scarce_memory& memory) {
        sockets_beside_a_neighbour here;
        auto redirecting = here.served.all(true);
        redirecting.validate = [](connection& peer) {
            static_cast<void>(peer.reject({302, {{"Location", "/"}}, {}}));
        };
        here.at_server->route("/old", std::move(redirecting));
        EXPECT_TRUE(here.at_server->trust({.peers = {"127.0.0.1"}, .forwarded_for = true}));
        connect_options options;
        options.redirects_max = 1;
        options.headers = {{"X-Forwarded-For", "192.0.2.1"}};
        auto hooks = here.outbound.all(false);
        hooks.open = [&here](connection& c) {
            ++here.outbound.opens;
            c.send("hello");
        };
        memory.during([&] {
            here.at_client->connect(here.url + "old", std::move(hooks), std::move(options));
            ++here.outbound.begun;
        });
        const auto over = [&] { return here.outbound.closes + here.outbound.fails == 1; };
        memory.during([&] { here.run_until(over, 2); });
        EXPECT_TRUE(memory.ran_out() || here.outbound.messages == 1);
        here.expect_order();
    });
}

TEST(endpoint_allocation, a_name_that_a_resolver_knows) {
    fail_each_allocation([](scarce_memory& memory) {
        sockets_beside_a_neighbour here;
        here.loop.resolver([](lookup asked) {
            asked.on_cancel([] {});
            asked.found(address::ipv4({127, 0, 0, 1}, 0));
            asked.found(std::vector{address::ipv4({127, 0, 0, 2}, 0),
                                    address::ipv4({127, 0, 0, 3}, 0)});
        });
        const auto port = here.url.rfind(':');
        const std::string url = "ws://a-name-that-is-rather-long.example" + here.url.substr(port);
        auto hooks = here.outbound.all(false);
        hooks.open = [&here](connection& c) {
            ++here.outbound.opens;
            c.close();
        };
        connection_handle handle;
        memory.during([&] {
            handle = here.at_client->connect(url, std::move(hooks));
            ++here.outbound.begun;
        });
        const auto over = [&] { return here.outbound.closes + here.outbound.fails == 1; };
        memory.during([&] { here.run_until(over, 2); });
        EXPECT_TRUE(memory.ran_out() || here.outbound.closes == 1);
        handle.abort(); // a resolver without memory may not have reported it
        here.expect_order();
    });
}

TEST(endpoint_allocation, listening) {
    fail_each_allocation([](scarce_memory& memory) {
        sockets_beside_a_neighbour here;
        const std::string where =
            "unix:" + ::testing::TempDir() + "weft-allocation-" + std::to_string(::getpid());
        result<address> bound = failure(errc::gone);
        const bool called = memory.during([&] { bound = here.at_server->listen(where); });
        EXPECT_EQ(called, bound.has_value());
        EXPECT_EQ(here.at_server->listening_at().size(), called ? 2U : 1U);
        here.expect_order();
        EXPECT_NE(::access(where.c_str() + 5, F_OK), 0) << "the file was left";
    });
}

TEST(endpoint_allocation, adopting_a_listener) {
    fail_each_allocation([](scarce_memory& memory) {
        sockets_beside_a_neighbour here;
        const raw_peer listening = raw_peer::listening();
        const int descriptor = ::fcntl(listening.descriptor(), F_DUPFD_CLOEXEC, 0);
        result<address> bound = failure(errc::gone);
        const bool called =
            memory.during([&] { bound = here.at_server->adopt_listener(descriptor); });
        EXPECT_EQ(called, bound.has_value());
        EXPECT_EQ(here.at_server->listening_at().size(), called ? 2U : 1U);
        EXPECT_GE(::fcntl(descriptor, F_GETFD), 0);
        if (!called) ::close(descriptor);
        here.expect_order();
    });
}

/// The socket belongs to the server from success on, and to the caller otherwise.
TEST(endpoint_allocation, adopting_a_client) {
    fail_each_allocation([](scarce_memory& memory) {
        sockets_beside_a_neighbour here;
        const raw_peer listening = raw_peer::listening();
        raw_peer peer = raw_peer::connected_to(listening.port());
        const int descriptor = accept_one(listening.descriptor());
        const std::size_t before = here.at_server->connection_count();
        result<connection*> adopted = failure(errc::gone);
        const bool called = memory.during([&] { adopted = here.at_server->adopt(descriptor); });
        EXPECT_EQ(called, adopted.has_value());
        if (!called) {
            EXPECT_EQ(here.at_server->connection_count(), before) << "the server has it, too";
            ::close(descriptor);
        }
        peer.close();
        here.expect_order();
    });
}

TEST(endpoint_allocation, connecting_where_nobody_is) {
    fail_each_allocation([](scarce_memory& memory) {
        sockets_beside_a_neighbour here;
        here.loop.resolver({});
        constexpr std::string_view nowhere[] = {"ws://127.0.0.1:1/", "ws://no.resolver.example/",
                                                "nonsense", "wss://127.0.0.1:1/"};
        for (const auto target : nowhere) {
            memory.during([&] {
                here.at_client->connect(target, here.outbound.all(false));
                ++here.outbound.begun;
            });
        }
        memory.during(
            [&] { here.run_until([&] { return here.outbound.fails == here.outbound.begun; }, 2); });
        EXPECT_EQ(here.outbound.fails, here.outbound.begun);
        here.expect_order();
    });
}

TEST(endpoint_allocation, endpoints_are_made_or_not) {
    fail_each_allocation([](scarce_memory& memory) {
        sockets_beside_a_neighbour here;
        memory.during([&] { server another(here.loop); });
        memory.during([&] { client another(here.loop); });
        here.expect_order();
    });
}

} // namespace
} // namespace weft::testing
