// SPDX-License-Identifier: MIT
// All ways: those of the files beside this one, and one for each host library that is here.
#include "endpoint/way.hpp"

#include <list>

#include <weft/loop/guest.hpp>

#include "host_loops/foreign_loop.hpp"

namespace weft::testing {
namespace {

class host_way : public way {
public:
    explicit host_way(const foreign_loop_registration& kind)
        : host_(kind.make()), guest_(std::in_place, loop(), host_->ops()) {}

    ~host_way() override {
        guest_.reset();
        host_->turn(duration::zero()); // it may let go only now
    }

    [[nodiscard]] bool nests() const override { return host_->nests(); }

private:
    void step() override { host_->turn(patience); }

    std::unique_ptr<foreign_loop> host_;
    std::optional<guest> guest_;
};

} // namespace

const std::vector<const way_registration*>& way_registration::all() {
    static std::list<way_registration> of_hosts;
    static const auto every = [] {
        for (const auto* kind : foreign_loop_registration::all()) {
            of_hosts.emplace_back(kind->name,
                                  [kind] { return std::make_unique<host_way>(*kind); });
        }
        return registered();
    }();
    return every;
}

} // namespace weft::testing
