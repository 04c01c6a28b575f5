// SPDX-License-Identifier: MIT
// The pool of work buffers. Allocates one when turns nest deeper than before.
#include <weft/stream/scratch_pool.hpp>

#include <cassert>
#include <new>

namespace weft {

scratch* scratch_pool::take() noexcept {
    try {
        if (lent_ == made_.size()) made_.push_back(std::make_unique<scratch>());
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
    return made_[lent_++].get();
}

void scratch_pool::give_back(scratch* lent) noexcept {
    if (!lent) return;
    --lent_;
    assert(made_[lent_].get() == lent);
}

} // namespace weft
