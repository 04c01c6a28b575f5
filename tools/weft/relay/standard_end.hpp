// SPDX-License-Identifier: MIT
// Standard input and output as an end of a relay. Changes no flags of the descriptors, and does not
// block, except on files and on a terminal that takes output slowly.
#pragma once

#include <string>

#include <weft/core/function.hpp>
#include <weft/loop/event_loop.hpp>
#include <weft/loop/watch.hpp>

#include "weft/relay/relay_end.hpp"

namespace weft_tool {

class standard_end final : public relay_end {
public:
    /// With `lines`, a line end follows each text message.
    standard_end(weft::event_loop& loop, bool lines);

    void start(relay_events& to) override;
    void admit(std::string_view /*subprotocol*/) override {}
    [[nodiscard]] bool send(const relay_piece& what) override;
    [[nodiscard]] bool finish() override;
    void close(const relay_ending& why) override;
    void abort() override;
    void pause() override;
    void resume() override;
    [[nodiscard]] std::string name() const override { return "standard input and output"; }

private:
    void update_reading();
    void read_input();
    void write_output();
    void update_writing();
    void end_if_done();
    void fail(const std::string& what, int error);
    void end_later();

    weft::event_loop& loop_;
    weft::watch input_;
    weft::watch output_;
    relay_events* events_ = nullptr;
    std::string waiting_;
    std::size_t written_ = 0;   // bytes of `waiting_` that were written
    relay_ending ending_;
    const bool lines_;
    bool paused_ = true;
    bool read_waits_ = false;   // the next piece of a file will be read in a later turn
    bool input_ended_ = false;
    bool output_ends_ = false;  // the output ends when everything is written
    bool output_ended_ = false;
    bool closing_ = false;
    bool owes_drained_ = false;
};

} // namespace weft_tool
