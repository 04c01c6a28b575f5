// SPDX-License-Identifier: MIT
// Asio's sockets, and a layer of the user's own, keep what a stream promises.
#include "plain_layer.hpp"
#include "sockets_under_test.hpp"

namespace weft::testing {
namespace {

template <class Asio>
class asio_layers : public ::testing::Test {};
TYPED_TEST_SUITE(asio_layers, two_asios, asio_name);

TYPED_TEST(asio_layers, of_tcp_pass_the_stream_kit) {
    check_layers<TypeParam>([](auto& context) { return tcp_pair<TypeParam>(context); });
}

TYPED_TEST(asio_layers, of_local_sockets_pass_the_stream_kit) {
    check_layers<TypeParam>(local_pair<TypeParam>);
}

TYPED_TEST(asio_layers, of_the_users_own_pass_the_stream_kit) {
    using layer = plain_layer<typename TypeParam::tcp::socket>;
    check_layers<TypeParam>(
        [](auto& context) {
            auto [near, far] = tcp_pair<TypeParam>(context);
            return std::pair(layer(std::move(near)), layer(std::move(far)));
        },
        false);
}

} // namespace
} // namespace weft::testing
