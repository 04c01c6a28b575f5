// SPDX-License-Identifier: MIT
// Who may be destroyed when: services in each of their handlers, drivers before contexts and
// contexts before drivers, with operations of Asio's under way.
#include "both_ends.hpp"

namespace weft::testing {
namespace {

template <class Asio>
class asio_destruction : public both_ends<Asio> {
protected:
    /// The server ends in the first of its handlers that is named so.
    void end_server_in(const std::string& where) {
        const auto end_here = [this, where](const std::string& here) {
            if (here == where) this->server.reset();
        };
        this->server->route("/", {
            .open = [=](connection&) { end_here("open"); },
            .message = [=](connection&, message) { end_here("message"); },
            .ping = [=](connection&, auto) { end_here("ping"); },
            .close = [=](connection&, const report&) { end_here("close"); },
            .validate = [=](connection&) { end_here("validate"); },
        });
        bool ended = false;
        const auto hear_end = [&](const report&) { ended = true; };
        this->connect({
            .open =
                [](connection& c) {
                    c.ping();
                    c.send("x");
                    c.close();
                },
            .close = [=](connection&, const report& why) { hear_end(why); },
            .fail = hear_end,
        });
        this->context.run();
        EXPECT_TRUE(ended);
        EXPECT_FALSE(this->server.has_value());
    }
};
TYPED_TEST_SUITE(asio_destruction, two_asios, asio_name);

TYPED_TEST(asio_destruction, of_a_service_in_validate) { this->end_server_in("validate"); }
TYPED_TEST(asio_destruction, of_a_service_in_open) { this->end_server_in("open"); }
TYPED_TEST(asio_destruction, of_a_service_in_ping) { this->end_server_in("ping"); }
TYPED_TEST(asio_destruction, of_a_service_in_message) { this->end_server_in("message"); }
TYPED_TEST(asio_destruction, of_a_service_in_close) { this->end_server_in("close"); }

TYPED_TEST(asio_destruction, of_a_service_outside_leaves_the_context_fit_to_run) {
    this->server->route("/", {});
    this->connect({});
    this->server.reset();
    this->client.reset();
    EXPECT_FALSE(this->context.stopped());
    this->context.run();
    bool ran = false;
    this->context.restart();
    TypeParam::library::post(this->context.get_executor(), [&] { ran = true; });
    this->context.run();
    EXPECT_TRUE(ran);
}

TYPED_TEST(asio_destruction, of_the_context_first_ends_connections_without_a_word) {
    typename TypeParam::service* outlives = nullptr;
    std::optional<typename TypeParam::service> late;
    int ends = 0;
    {
        typename TypeParam::io_context brief;
        late.emplace(TypeParam::strand_of(brief));
        outlives = &*late;
        bool open = false;
        late->route("/", {.open = [&](connection&) { open = true; },
                          .close = [&](connection&, const report&) { ++ends; }});
        auto [near, far] = tcp_pair<TypeParam>(brief);
        late->serve(std::move(far));
        late->connect(std::move(near), at_path("/"),
                      {.close = [&](connection&, const report&) { ++ends; }});
        while (!open) brief.run_one();
    }
    EXPECT_EQ(outlives->connection_count(), 0U);
    EXPECT_EQ(ends, 0);
}

TYPED_TEST(asio_destruction, of_the_context_with_a_coroutine_under_way) {
    std::optional<typename TypeParam::service> late;
    bool unwound = false;
    {
        typename TypeParam::io_context brief;
        late.emplace(brief);
        bool open = false;
        late->route("/", late->conversations([&](typename TypeParam::conversation peer) {
            open = true;
            TypeParam::spawn(
                brief.get_executor(),
                [](auto with, bool& gone) -> typename TypeParam::template awaitable<void> {
                    const auto notice = std::shared_ptr<bool>(&gone, [](bool* at) { *at = true; });
                    for (;;) co_await with.async_receive(TypeParam::use_awaitable);
                }(std::move(peer), unwound),
                TypeParam::detached);
        }));
        auto [near, far] = tcp_pair<TypeParam>(brief);
        late->serve(std::move(far));
        late->connect(std::move(near), at_path("/"), {});
        while (!open) brief.run_one();
        brief.poll();
    }
    EXPECT_TRUE(unwound);
}

} // namespace
} // namespace weft::testing
