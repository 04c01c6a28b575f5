// SPDX-License-Identifier: MIT
// The two texts, made once.
#include "simulation/conversations/content.hpp"

#include <array>
#include <string>

#include <weft/testing/dice.hpp>

namespace weft::simulation {
namespace {

std::string make_text() {
    static constexpr std::array<std::string_view, 4> characters{
        "weft", "\xc3\xa9ws", "\xe2\x82\xac!", "\xf0\x9f\x98\x80"};
    testing::dice chance(1);
    std::string text;
    while (text.size() < content_size)
        text += characters[chance.below(characters.size())];
    return text;
}

std::string make_bytes() {
    testing::dice chance(2);
    std::string bytes(content_size, '\0');
    chance.fill(std::as_writable_bytes(std::span(bytes)));
    return bytes;
}

std::string_view known(bool is_text) {
    static const std::string text = make_text();
    static const std::string bytes = make_bytes();
    return is_text ? text : bytes;
}

} // namespace

message stretch::view() const noexcept {
    const auto all = known(is_text);
    return {std::as_bytes(std::span(all.data() + at, size)), is_text};
}

bool stretch::is(message other) const noexcept {
    return other.is_text() == is_text && other.text() == view().text();
}

} // namespace weft::simulation
