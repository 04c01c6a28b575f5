// SPDX-License-Identifier: MIT
// Asio's TLS as a stream.
#include "asio/both_ends.hpp"
#include "asio/sockets_under_test.hpp"
#include "asio/ssl_pair.hpp"

namespace weft::testing {
namespace {

template <class Asio>
class asio_ssl : public both_ends<Asio> {};
TYPED_TEST_SUITE(asio_ssl, two_asios, asio_name);

TYPED_TEST(asio_ssl, passes_the_stream_kit) {
    check_layers<TypeParam>([](auto& in) { return ssl_pair<TypeParam>(in); },
                            false); // OpenSSL ends a session as a whole
}

TYPED_TEST(asio_ssl, carries_a_connection_to_a_proper_end) {
    bool secure = false;
    report server_end;
    report client_end;
    this->server->route("/", {
        .open = [&](connection& c) { secure = c.secure(); },
        .message = [](connection& c, message m) { c.send(m); },
        .close = [&](connection&, const report& why) { server_end = why; },
    });
    auto [near, far] = ssl_pair<TypeParam>(this->context);
    this->server->serve(std::move(far));
    const std::string large(500'000, 'x');
    this->client->connect(std::move(near), at_path("/"),
                          {
                              .open = [&](connection& c) { c.send(large); },
                              .message =
                                  [&](connection& c, message m) {
                                      EXPECT_EQ(m.size(), large.size());
                                      c.close();
                                  },
                              .close = [&](connection&, const report& why) { client_end = why; },
                          });
    this->context.run();
    EXPECT_TRUE(secure);
    EXPECT_TRUE(server_end.clean()) << server_end;
    EXPECT_TRUE(client_end.clean()) << client_end;
}

TYPED_TEST(asio_ssl, is_destroyed_with_much_under_way) {
    this->server->route("/", {.open = [&](connection& c) {
                                  c.send(std::string(1'000'000, 'x'));
                                  this->server.reset();
                              }});
    auto [near, far] = ssl_pair<TypeParam>(this->context);
    this->server->serve(std::move(far));
    std::error_code why;
    this->client->connect(std::move(near), at_path("/"),
                          {
                              .close = [&](connection&, const report& end) { why = end.error; },
                              .fail = [&](const report& end) { why = end.error; },
                          });
    this->context.run();
    EXPECT_TRUE(why);
}

} // namespace
} // namespace weft::testing
