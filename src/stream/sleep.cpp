// SPDX-License-Identifier: MIT
// The end of a sleep: its deadline, or a stop of the task.
#include <weft/stream/sleep.hpp>

namespace weft {

void sleep_operation::refuse() noexcept {
    error_ = std::make_error_code(std::errc::operation_canceled);
}

void sleep_operation::cancel() noexcept {
    refuse();
    on_->disarm(*this);
    resume_waiter();
}

void sleep_operation::expire() noexcept {
    work_item handler; // this object may end within the call
    on_->call(handler, [&] { resume_waiter(); });
}

} // namespace weft
