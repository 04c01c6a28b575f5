// SPDX-License-Identifier: MIT
// The loop as a guest in a bare select(2) loop: attached with the three functions of a host, and
// without them, with nothing but its descriptor and `run_ready`.
#include <weft/loop/guest.hpp>

#include "endpoint/select_loop.hpp"
#include "endpoint/way.hpp"

namespace weft::testing {
namespace {

class select_guest : public way {
public:
    select_guest() : guest_(loop(), ops()) {}

private:
    host_ops ops() {
        host_ops host;
        host.watch = [this](int descriptor, function<void()> turn) -> result<void> {
            const auto shared = std::make_shared<function<void()>>(std::move(turn));
            descriptor_ = descriptor;
            host_.watch(descriptor, [shared] { (*shared)(); });
            return {};
        };
        host.unwatch = [this](function<void()> done) {
            host_.unwatch(descriptor_);
            done();
        };
        return host;
    }

    void step() override { host_.turn(patience); }

    select_loop host_;
    int descriptor_ = -1;
    guest guest_;
};

/// With the smallest budget, so that each turn leaves work for another.
class select_bare : public way {
public:
    select_bare() {
        host_.watch(*loop().descriptor(), [this] {
            if (has_loop()) loop().run_ready({1, std::chrono::microseconds(1)});
        });
    }

private:
    void step() override { host_.turn(patience); }

    select_loop host_;
};

const auto guest_in_select = register_way<select_guest>("select");
const auto bare_in_select = register_way<select_bare>("select_by_hand");

} // namespace
} // namespace weft::testing
