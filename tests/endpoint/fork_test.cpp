// SPDX-License-Identifier: MIT
// A forked child drops everything; the parent's connections echo on, and new ones are made.
#include "endpoint/endpoint_fixture.hpp"
#include "support/in_child.hpp"

namespace weft::testing {
namespace {

class endpoint_fork : public endpoint {};

TEST_P(endpoint_fork, the_parent_does_not_notice_a_child_that_drops_everything) {
    serve_echo();
    int opened = 0, received = 0;
    ending outbound;
    const auto one =
        client_->connect(url(),
                         outbound.observe({.open = [&](connection&) { ++opened; },
                                           .message = [&](connection&, message) { ++received; }}));
    ASSERT_TRUE(run_until([&] { return opened == 1; }));
    one.send("on its way while the process is forked");
    EXPECT_EQ(in_child([&] {
                  client_.reset();
                  server_.reset();
                  way_->destroy_loop();
                  return 0;
              }),
              0);
    EXPECT_EQ(in_child([&] {
                  way_->destroy_loop();
                  server_.reset();
                  client_.reset();
                  return 0;
              }),
              0);
    EXPECT_TRUE(run_until([&] { return received == 1; }));
    one.send("after that");
    EXPECT_TRUE(run_until([&] { return received == 2; }));
    expect_echo(url());
    EXPECT_FALSE(outbound.ended()) << outbound.why;
}

WEFT_IN_EVERY_WAY(endpoint_fork);

} // namespace
} // namespace weft::testing
