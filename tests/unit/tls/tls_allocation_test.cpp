// SPDX-License-Identifier: MIT
// Every allocation of a session fails once, ours and OpenSSL's: the making throws and has done
// nothing, or an end gets the error, and nothing is lost or reported twice.
#include "tls_library.hpp"

#include <algorithm>
#include <cstdlib>

#include <openssl/crypto.h>

#include "support/in_child.hpp"
#include "support/out_of_memory.hpp"
#include "support/tls_fixture.hpp"

namespace weft {
namespace {

using testing::fail_each_allocation;
using testing::in_child;
using testing::scarce_memory;

/// OpenSSL's own allocations, by number.
struct openssl_shortage {
    std::size_t until_failure = 0; // 0 fails none
    bool failed = false;

    bool is_to_fail() noexcept {
        if (until_failure == 0 || --until_failure != 0) return false;
        return failed = true;
    }
};

constinit thread_local openssl_shortage shortage;

// OpenSSL takes them only before it has allocated anything.
[[maybe_unused]] const int installed = CRYPTO_set_mem_functions(
    [](std::size_t size, const char*, int) {
        return shortage.is_to_fail() ? nullptr : std::malloc(size);
    },
    [](void* old, std::size_t size, const char*, int) {
        return shortage.is_to_fail() ? nullptr : std::realloc(old, size);
    },
    [](void* old, const char*, int) { std::free(old); });

/// What was sent has come, unless an error was reported to an end, or returned by a call.
void expect_all_or_a_word(tls_pair& pair, const std::string& there, const std::string& back) {
    bool reported = false;
    for (const tls_end* end : {&*pair.server, &*pair.client}) {
        reported = reported || end->error || end->write_error;
        EXPECT_LE(std::ranges::count(end->events, "open"), 1);
        EXPECT_LE(std::ranges::count(end->events, "error"), 1);
        EXPECT_LE(std::ranges::count(end->events, "eof"), 1);
    }
    if (reported) return;
    EXPECT_TRUE(pair.server->received == there) << pair.server->received.size();
    EXPECT_TRUE(pair.client->received == back) << pair.client->received.size();
    EXPECT_TRUE(pair.client->logged("eof"));
}

/// Handshake, much in both directions through a pipe that is often full, and the server's end.
void talk(tls_pair& pair) {
    pair.client->flush();
    pair.server->flush();
    pair.driver.settle();
    pair.server->stream->half_close();
    pair.driver.settle();
}

tls_pair_options narrow() {
    return {.capacity = 3'000, .delivery_max = 1'100};
}

bool is_covered(secure_layer& by) {
    manual_driver driver;
    auto [near, far] = memory_pipe(driver, driver);
    try {
        return by.cover(std::move(near), {}) != nullptr;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

enum outcome : int { nothing_failed, served_after_a_failure, not_served };

/// What is made once is made in the child, where this test is the first.
TEST(tls_allocation, of_openssl_does_not_fail_later_streams) {
    const auto server = local_server();
    int got = served_after_a_failure;
    std::size_t nth = 0;
    while (got == served_after_a_failure) {
        got = in_child([&, n = ++nth] {
            shortage = {n, false};
            static_cast<void>(is_covered(*server));
            const bool failed = std::exchange(shortage, {}).failed;
            if (!is_covered(*server)) return not_served;
            return failed ? served_after_a_failure : nothing_failed;
        });
    }
    EXPECT_EQ(got, nothing_failed) << "with allocation " << nth << " failing";
    EXPECT_GT(nth, 1U);
}

TEST(tls_allocation, of_a_stream_fails_its_making) {
    const auto server = local_server();
    const auto client = trusting_client();
    fail_each_allocation([&](scarce_memory& memory) {
        manual_driver driver;
        auto [near, far] = memory_pipe(driver, driver);
        std::unique_ptr<stream> made;
        const bool called = memory.during([&] {
            made = server->cover(std::move(near), {});
            made = client->cover(std::move(far), "localhost");
        });
        EXPECT_EQ(called, !memory.ran_out());
    });
}

TEST(tls_allocation, of_ours_in_a_conversation_ends_it_in_words) {
    const auto there = many(40'000);
    const auto back = many(20'000);
    fail_each_allocation([&](scarce_memory& memory) {
        tls_pair pair(narrow());
        pair.client->outbox = there;
        pair.server->outbox = back;
        for (auto* end : {&*pair.server, &*pair.client}) { // what they write down is no matter
            end->events.reserve(1'000);
            end->received.reserve(100'000);
        }
        EXPECT_TRUE(memory.during([&] { talk(pair); }));
        expect_all_or_a_word(pair, there, back);
    });
}

TEST(tls_allocation, of_openssl_in_a_conversation_ends_it_in_words) {
    const auto there = many(40'000);
    const auto back = many(20'000);
    ASSERT_EQ(installed, 1);
    const auto client = trusting_client();
    std::size_t nth = 0;
    std::size_t refused = 0;
    for (bool failed = true; failed && !HasFailure();) {
        SCOPED_TRACE(++nth);
        auto options = narrow();
        options.client = client;
        shortage = {nth, false};
        try {
            tls_pair pair(options);
            pair.client->outbox = there;
            pair.server->outbox = back;
            talk(pair);
            failed = std::exchange(shortage, {}).failed;
            expect_all_or_a_word(pair, there, back);
        } catch (const std::bad_alloc&) {
            failed = std::exchange(shortage, {}).failed;
            EXPECT_TRUE(failed);
            ++refused;
        }
    }
    std::printf("%zu allocations of OpenSSL's, %zu while streams are made\n", nth - 1, refused);
    EXPECT_GT(refused, 0U);
}

} // namespace
} // namespace weft
