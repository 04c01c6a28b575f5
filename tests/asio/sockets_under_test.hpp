// SPDX-License-Identifier: MIT
// Two layers of Asio's on one context, as the stream kit wants them.
#pragma once

#include <memory>
#include <utility>

#include <weft/testing/stream_kit.hpp>

#include "two_asios.hpp"

namespace weft::testing {

template <class Asio, class Layer>
class layers_under_test final : public streams_under_test {
public:
    using driver = executor_driver<typename Asio::library>;

    layers_under_test(std::shared_ptr<typename Asio::io_context> context,
                      std::pair<Layer, Layer> both, bool half_closes)
        : context_(std::move(context)), driver_(driver::create(context_->get_executor())),
          both_(std::move(both)), half_closes_(half_closes) {}

    std::unique_ptr<stream> near() override { return carry(both_.first); }
    std::unique_ptr<stream> far() override { return carry(both_.second); }
    bool turn(duration at_most) override {
        context_->restart();
        return context_->run_one_for(at_most) != 0;
    }
    [[nodiscard]] bool half_closes() const override { return half_closes_; }

private:
    std::unique_ptr<stream> carry(Layer& layer) {
        return std::make_unique<executor_stream<typename Asio::library, Layer>>(driver_,
                                                                                std::move(layer));
    }

    std::shared_ptr<typename Asio::io_context> context_;
    std::shared_ptr<driver> driver_;
    std::pair<Layer, Layer> both_;
    bool half_closes_;
};

/// Checks pairs that `make_pair(context)` gives.
template <class Asio, class MakePair>
void check_layers(MakePair make_pair, bool half_closes = true) {
    const auto make = [&]() -> std::unique_ptr<streams_under_test> {
        const auto context = std::make_shared<typename Asio::io_context>();
        auto both = make_pair(*context);
        using layer = typename decltype(both)::first_type;
        return std::make_unique<layers_under_test<Asio, layer>>(context, std::move(both),
                                                                half_closes);
    };
    for (const auto& one : check_stream(make)) ADD_FAILURE() << one;
}

} // namespace weft::testing
