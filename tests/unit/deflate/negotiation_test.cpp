// SPDX-License-Identifier: MIT
// Tests the negotiation of permessage-deflate: offers, answers, and what is declined. RFC 7692
// §7.1.
#include <gtest/gtest.h>

#include <stdexcept>

#include "codec_fixture.hpp"

namespace weft {
namespace {

using namespace testing;

struct offer_case {
    std::string_view offers;
    std::string_view answer; ///< empty if declined
};

TEST(deflate_negotiation, a_server_answers_offers) {
    permessage_deflate tested(with_context);
    const offer_case cases[]{
        {"permessage-deflate", "permessage-deflate"},
        {"permessage-deflate; client_max_window_bits", "permessage-deflate"},
        {"permessage-deflate; client_max_window_bits=10",
         "permessage-deflate; client_max_window_bits=10"},
        {"permessage-deflate; client_max_window_bits=15", "permessage-deflate"},
        {"permessage-deflate; server_max_window_bits=15",
         "permessage-deflate; server_max_window_bits=15"},
        {"permessage-deflate; server_max_window_bits=\"9\"",
         "permessage-deflate; server_max_window_bits=9"},
        {"permessage-deflate; server_max_window_bits=8",
         "permessage-deflate; server_max_window_bits=8"},
        {"permessage-deflate; server_no_context_takeover; client_no_context_takeover",
         "permessage-deflate; server_no_context_takeover; client_no_context_takeover"},
        // The first valid offer is accepted.
        {"x-other, permessage-deflate; server_max_window_bits=7, permessage-deflate; "
         "server_max_window_bits=12, permessage-deflate",
         "permessage-deflate; server_max_window_bits=12"},
        {"x-webkit-deflate-frame", ""},
        {"permessage-deflate; server_max_window_bits", ""},
        {"permessage-deflate; server_max_window_bits=0", ""},
        {"permessage-deflate; server_max_window_bits=7", ""},
        {"permessage-deflate; server_max_window_bits=16", ""},
        {"permessage-deflate; server_max_window_bits=99", ""},
        {"permessage-deflate; server_max_window_bits=08", ""},
        {"permessage-deflate; server_max_window_bits=+15", ""},
        {"permessage-deflate; server_max_window_bits=1e1", ""},
        {"permessage-deflate; server_max_window_bits=100000000000000000009", ""},
        {"permessage-deflate; client_max_window_bits=7", ""},
        {"permessage-deflate; client_max_window_bits=16", ""},
        {"permessage-deflate; server_no_context_takeover=1", ""},
        {"permessage-deflate; client_no_context_takeover=true", ""},
        {"permessage-deflate; server_no_context_takeover; server_no_context_takeover", ""},
        {"permessage-deflate; client_max_window_bits; client_max_window_bits=10", ""},
        {"permessage-deflate; window=10", ""},
    };
    for (const auto& one : cases) {
        const auto codec = chosen(tested, one.offers);
        EXPECT_EQ(codec ? codec->agreed() : "", one.answer) << one.offers;
    }
}

TEST(deflate_negotiation, a_server_keeps_to_its_options) {
    permessage_deflate tested(
        {.sending = {.window_bits = 10}, .receiving = {.window_bits = 11}});
    EXPECT_EQ(chosen(tested, "permessage-deflate")->agreed(),
              "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
              "server_max_window_bits=10");
    EXPECT_EQ(chosen(tested, "permessage-deflate; client_max_window_bits; "
                             "server_max_window_bits=14")
                  ->agreed(),
              "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
              "server_max_window_bits=10; client_max_window_bits=11");
    EXPECT_EQ(chosen(tested, "permessage-deflate; client_max_window_bits=9")->agreed(),
              "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
              "server_max_window_bits=10; client_max_window_bits=9");
}

TEST(deflate_negotiation, a_client_offers_its_options) {
    EXPECT_EQ(permessage_deflate(with_context).offer(),
              "permessage-deflate; client_max_window_bits");
    EXPECT_EQ(permessage_deflate().offer(),
              "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
              "client_max_window_bits");
    EXPECT_EQ(permessage_deflate({.sending = {.window_bits = 9}, .receiving = {.window_bits = 8}})
                  .offer(),
              "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
              "server_max_window_bits=8; client_max_window_bits=9");
}

TEST(deflate_negotiation, a_client_confirms_what_it_offered) {
    permessage_deflate with(with_context);
    for (const auto answer :
         {"permessage-deflate", "permessage-deflate; server_no_context_takeover",
          "permessage-deflate; server_max_window_bits=15; client_max_window_bits=8",
          "permessage-deflate; client_no_context_takeover"}) {
        const auto codec = confirmed(with, answer);
        ASSERT_TRUE(codec) << answer;
        EXPECT_EQ((*codec)->agreed(), answer);
    }
    for (const auto answer :
         {"permessage-deflate; server_max_window_bits=7",
          "permessage-deflate; client_max_window_bits", "permessage-deflate; unknown",
          "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
          "permessage-deflate; server_no_context_takeover=x"}) {
        EXPECT_EQ(confirmed(with, answer).error(), errc::bad_extension) << answer;
    }
    EXPECT_EQ(confirmed(with, "x-other").error(), errc::unexpected_extension);

    permessage_deflate without({.receiving = {.window_bits = 10}});
    for (const auto answer :
         {"permessage-deflate", "permessage-deflate; server_max_window_bits=10",
          "permessage-deflate; server_no_context_takeover",
          "permessage-deflate; server_no_context_takeover; server_max_window_bits=11"}) {
        EXPECT_EQ(confirmed(without, answer).error(), errc::unexpected_extension) << answer;
    }
    EXPECT_TRUE(confirmed(
        without, "permessage-deflate; server_no_context_takeover; server_max_window_bits=9"));
}

TEST(deflate_negotiation, options_out_of_range_are_refused) {
    EXPECT_THROW(permessage_deflate({.sending = {.window_bits = 7}}), std::invalid_argument);
    EXPECT_THROW(permessage_deflate({.receiving = {.window_bits = 16}}), std::invalid_argument);
    EXPECT_THROW(permessage_deflate({.level = 0}), std::invalid_argument);
    EXPECT_THROW(permessage_deflate({.memory_level = 10}), std::invalid_argument);
}

TEST(deflate_negotiation, both_roles_may_use_one_negotiator) {
    permessage_deflate both({.sending = {.window_bits = 9}, .receiving = {.window_bits = 12}});
    const auto serving = chosen(both, "permessage-deflate; client_max_window_bits");
    const auto asking = confirmed(both,
                                  "permessage-deflate; server_no_context_takeover; "
                                  "client_no_context_takeover; server_max_window_bits=9; "
                                  "client_max_window_bits=12");
    ASSERT_TRUE(serving && asking);
    EXPECT_EQ(serving->agreed(), (*asking)->agreed());
    EXPECT_NE(serving.get(), asking->get());
    std::string text; // repeats itself at a distance that only the larger window has
    for (int i = 0; i < 2000; ++i) text += std::to_string(i * 7919 % 1000);
    text += text;
    EXPECT_EQ(to_text(*decoded(**asking, encoded(*serving, text))), text);
    EXPECT_EQ(to_text(*decoded(*serving, encoded(**asking, text))), text);
}

TEST(deflate_negotiation, connections_without_context_share_a_codec) {
    auto negotiator = std::make_unique<permessage_deflate>();
    auto first = chosen(*negotiator, "permessage-deflate");
    auto second = chosen(*negotiator, "permessage-deflate");
    EXPECT_EQ(first.get(), second.get());
    EXPECT_EQ(first->memory_used(), 0U);
    negotiator.reset();
    first.reset();
    EXPECT_EQ(to_text(*decoded(*second, encoded(*second, "hello hello"))), "hello hello");

    permessage_deflate keeps(with_context);
    auto third = chosen(keeps, "permessage-deflate");
    auto fourth = chosen(keeps, "permessage-deflate");
    EXPECT_NE(third.get(), fourth.get());
    const std::size_t before = third->memory_used();
    EXPECT_GT(before, 0U);
    EXPECT_LT(before, 1000U); // the compressor is created for the first message
    encoded(*third, "hello hello");
    EXPECT_GT(third->memory_used(), 200'000U);
    EXPECT_LT(third->memory_used(), 400'000U); // zlib-ng takes more than zlib
}

} // namespace
} // namespace weft
