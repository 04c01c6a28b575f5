// SPDX-License-Identifier: MIT
// Listeners: several at once, their ends, ports and files that are taken.
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/descriptors.hpp"

#include "endpoint/endpoint_fixture.hpp"
#include "endpoint/raw_peer.hpp"

namespace weft::testing {
namespace {

class endpoint_listening : public endpoint {
protected:
    [[nodiscard]] static std::string socket_file() {
        return ::testing::TempDir() + "weft-listening-" + std::to_string(::getpid()) + '-' +
            GetParam()->name;
    }
};

/// What a process leaves behind that died while it listened.
void leave_dead_socket(const std::string& path) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path.copy(at.sun_path, sizeof(at.sun_path) - 1);
    const int dead = open_socket(AF_UNIX, SOCK_STREAM);
    ASSERT_EQ(::bind(dead, reinterpret_cast<const sockaddr*>(&at), sizeof(at)), 0);
    ASSERT_EQ(::listen(dead, 1), 0);
    ::close(dead);
}

bool is_socket(const std::string& path) {
    struct stat found {};
    return ::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode);
}

TEST_P(endpoint_listening, begins_and_ends_and_begins_again) {
    EXPECT_FALSE(server_->is_listening());
    serve_echo();
    EXPECT_TRUE(server_->is_listening());
    expect_echo(url());
    server_->stop_listening();
    EXPECT_FALSE(server_->is_listening());
    EXPECT_TRUE(server_->listening_at().empty());
    EXPECT_EQ(failure_of(url()).error, std::errc::connection_refused);
    ASSERT_TRUE(server_->listen("127.0.0.1", port_));
    expect_echo(url());
}

TEST_P(endpoint_listening, leaves_connections_alone_when_it_ends) {
    serve_echo();
    connection* open = nullptr;
    std::string received;
    client_->connect(url(), {.open = [&](connection& peer) { open = &peer; },
                             .message = [&](connection&, message m) { received = m.text(); }});
    ASSERT_TRUE(run_until([&] { return open && served_.opened == 1; }));
    server_->stop_listening();
    open->send("still here");
    EXPECT_TRUE(run_until([&] { return received == "still here"; }));
}

TEST_P(endpoint_listening, listens_at_several_places_and_says_where) {
    serve_echo();
    const auto second = server_->listen("127.0.0.1:0");
    const auto third = server_->listen("localhost", 0);
    ASSERT_TRUE(second);
    ASSERT_TRUE(third);
    const auto all = server_->listening_at();
    ASSERT_EQ(all.size(), 3);
    EXPECT_EQ(all[1], *second);
    EXPECT_EQ(all[2].host(), "127.0.0.1");
    for (const auto& where : all)
        expect_echo("ws://" + where.str() + "/echo");
}

TEST_P(endpoint_listening, may_end_in_a_handler_while_more_clients_wait) {
    server_->route("/", {.open = [&](connection&) { server_->stop_listening(); }});
    listen();
    int ended = 0;
    for (int i = 0; i < 20; ++i) {
        client_->connect(url("/"), {.open = [&](connection& peer) { peer.close(); },
                                    .close = [&](connection&, const report&) { ++ended; },
                                    .fail = [&](const report&) { ++ended; }});
    }
    EXPECT_TRUE(run_until([&] { return ended == 20; }));
    EXPECT_FALSE(server_->is_listening());
}

TEST_P(endpoint_listening, fails_at_a_port_in_use) {
    serve_echo();
    const auto again = server_->listen("127.0.0.1", port_);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error(), std::errc::address_in_use);
    EXPECT_EQ(server_->listening_at().size(), 1);
    expect_echo(url());
}

TEST_P(endpoint_listening, shares_a_port_with_reuse_port) {
    const auto first = server_->listen("127.0.0.1", 0, {.reuse_port = true});
    ASSERT_TRUE(first);
    EXPECT_TRUE(server_->listen("127.0.0.1", first->port(), {.reuse_port = true}));
}

TEST_P(endpoint_listening, fails_at_places_that_cannot_be) {
    const auto error_at = [&](std::string_view where) { return server_->listen(where).error(); };
    EXPECT_EQ(server_->listen("example.org", 0).error(), errc::no_resolver);
    EXPECT_EQ(error_at("example.org:80"), errc::no_resolver);
    EXPECT_EQ(error_at("127.0.0.1"), errc::bad_address);
    EXPECT_EQ(error_at("127.0.0.1:65536"), errc::bad_address);
    EXPECT_EQ(error_at("127.0.0.1:"), errc::bad_address);
    EXPECT_EQ(error_at("unix:"), errc::bad_address);
    EXPECT_EQ(error_at("unix:/nowhere/at/all"), std::errc::no_such_file_or_directory);
    EXPECT_EQ(error_at("unix:/" + std::string(200, 'x')), std::errc::filename_too_long);
    EXPECT_EQ(error_at("192.0.2.1:0"), std::errc::address_not_available);
    EXPECT_FALSE(server_->is_listening());
}

TEST_P(endpoint_listening, replaces_the_socket_file_of_a_dead_process_and_removes_its_own) {
    serve_echo();
    const auto file = socket_file();
    leave_dead_socket(file);
    ASSERT_TRUE(is_socket(file));
    ASSERT_TRUE(server_->listen("unix:" + file));
    connect_options options;
    options.via = "unix:" + file;
    expect_echo("ws://example.org/echo", options);
    server_->stop_listening();
    EXPECT_FALSE(is_socket(file));
}

TEST_P(endpoint_listening, leaves_the_socket_file_of_a_living_process_alone) {
    serve_echo();
    const auto file = socket_file();
    ASSERT_TRUE(server_->listen("unix:" + file));
    server other{loop()};
    EXPECT_EQ(other.listen("unix:" + file).error(), std::errc::address_in_use);
    EXPECT_TRUE(is_socket(file));
    connect_options options;
    options.via = "unix:" + file;
    expect_echo("ws://example.org/echo", options);
}

TEST_P(endpoint_listening, leaves_a_socket_file_alone_that_has_taken_the_place_of_its_own) {
    const auto file = socket_file();
    ASSERT_TRUE(server_->listen("unix:" + file));
    ASSERT_EQ(::unlink(file.c_str()), 0);
    server other{loop()};
    ASSERT_TRUE(other.listen("unix:" + file));
    server_->stop_listening();
    EXPECT_TRUE(is_socket(file));
    other.stop_listening();
    EXPECT_FALSE(is_socket(file));
}

TEST_P(endpoint_listening, leaves_a_file_alone_that_is_no_socket) {
    const auto file = socket_file();
    const int made = ::open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    ASSERT_GE(made, 0);
    ::close(made);
    EXPECT_EQ(server_->listen("unix:" + file).error(), std::errc::address_in_use);
    EXPECT_EQ(::unlink(file.c_str()), 0);
}

TEST_P(endpoint_listening, serves_a_stream_of_somebody_else) {
    server_->route("/", {.message = [](connection& peer, message m) { peer.send(m); }});
    auto [servers_end, clients_end] = memory_pipe(loop().driver(), loop().driver());
    server_->serve(std::move(servers_end));
    stream_endpoint outbound_connector(loop().driver());
    std::string received;
    outbound_connector.connect(std::move(clients_end), *uri::parse("ws://pipe/"),
                               {.open = [](connection& peer) { peer.send("through memory"); },
                                .message = [&](connection&, message m) { received = m.text(); }});
    EXPECT_TRUE(run_until([&] { return received == "through memory"; }));
}

WEFT_IN_EVERY_WAY(endpoint_listening);

} // namespace
} // namespace weft::testing
