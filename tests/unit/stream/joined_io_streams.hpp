// SPDX-License-Identifier: MIT
// Two streams that are fed by hand, by each other: what one writes the other reads.
#pragma once

#include <memory>
#include <utility>

#include <weft/stream/io_stream.hpp>
#include <weft/stream/manual_driver.hpp>
#include <weft/testing/streams_under_test.hpp>

namespace weft::testing {

class joined_io_streams final : public streams_under_test {
public:
    joined_io_streams() {
        near_.on_shutdown([this] { far_.eof(); });
        far_.on_shutdown([this] { near_.eof(); });
    }

    std::unique_ptr<stream> near() override { return near_.take_stream(); }
    std::unique_ptr<stream> far() override { return far_.take_stream(); }
    bool turn(duration) override {
        for (auto [from, to] : {std::pair{&near_, &far_}, std::pair{&far_, &near_}}) {
            const bool can_go_on = to->room() != 0 || to->closed();
            if (from->output_waits() && can_go_on) from->writable();
        }
        return driver_.advance(driver_.now());
    }

private:
    using pieces_of_output = std::span<const std::span<const std::byte>>;

    static result<std::size_t> hand_over(io_stream& to, pieces_of_output pieces) {
        if (to.closed()) return failure(std::make_error_code(std::errc::broken_pipe));
        std::size_t taken = 0;
        for (const auto piece : pieces) {
            const auto part = to.read_some(piece);
            taken += part;
            if (part < piece.size()) break;
        }
        return taken;
    }

    manual_driver driver_;
    io_stream near_{driver_, [this](pieces_of_output out) { return hand_over(far_, out); }};
    io_stream far_{driver_, [this](pieces_of_output out) { return hand_over(near_, out); }};
};

} // namespace weft::testing
