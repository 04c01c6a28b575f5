// SPDX-License-Identifier: MIT
// Calls the callbacks of C programs for the events of connections.
#include "c/callbacks.hpp"

#include <span>
#include <string>

#include "c/failures.hpp"

namespace weft::c {
namespace {

std::string line_of(const report& why) noexcept {
    try {
        return to_string(why);
    } catch (...) {
        return {};
    }
}

/// Calls `action` with `why` as C programs see it.
template <class Action>
void with_report(const report& why, Action&& action) {
    const std::string line = line_of(why);
    weft_report shown{};
    shown.error = number_of(why.error);
    shown.clean = why.clean();
    shown.code = static_cast<int>(why.code());
    shown.http_status = why.http_status;
    shown.phase = static_cast<weft_phase>(why.phase);
    shown.began = static_cast<weft_side>(why.began);
    const auto reason = why.reason(); // a view of a std::string, so a NUL follows it
    shown.reason = reason.empty() ? "" : reason.data();
    shown.reason_size = reason.size();
    shown.detail = why.detail.c_str();
    shown.text = line.c_str();
    action(shown);
}

// Each function keeps the callbacks while one of them runs, as that may destroy their owner.
void set_events(handlers& to, const shared_handlers& what) {
    const auto& given = what->callback;
    if (given.open) {
        to.open = [what](connection& peer) {
            const auto kept = what;
            kept->callback.open(to_c(peer), kept->user());
        };
    }
    if (given.message) {
        to.message = [what](connection& peer, message m) {
            const auto kept = what;
            kept->callback.message(to_c(peer), m.bytes().data(), m.size(), m.is_text(),
                                   kept->user());
        };
    }
    if (given.writable) {
        to.writable = [what](connection& peer) {
            const auto kept = what;
            kept->callback.writable(to_c(peer), kept->user());
        };
    }
    if (given.pong) {
        to.pong = [what](connection& peer, std::span<const std::byte> payload) {
            const auto kept = what;
            kept->callback.pong(to_c(peer), payload.data(), payload.size(), kept->user());
        };
    }
    if (given.interrupt) {
        to.interrupt = [what] {
            const auto kept = what;
            kept->callback.interrupt(kept->user());
        };
    }
}

void set_ends(handlers& to, const shared_handlers& what) {
    const auto& given = what->callback;
    if (given.close) {
        to.close = [what](connection& peer, const report& why) {
            const auto kept = what;
            with_report(why, [&](const weft_report& shown) {
                kept->callback.close(to_c(peer), &shown, kept->user());
            });
        };
    }
    if (given.fail) {
        to.fail = [what](const report& why) {
            const auto kept = what;
            with_report(why, [&](const weft_report& shown) {
                kept->callback.fail(&shown, kept->user());
            });
        };
    }
}

void set_requests(handlers& to, const shared_handlers& what) {
    const auto& given = what->callback;
    if (given.validate) {
        to.validate = [what](connection& peer) {
            const auto kept = what;
            kept->callback.validate(to_c(peer), kept->user());
        };
    }
    if (given.http) {
        to.http = [what](connection& peer) {
            const auto kept = what;
            kept->callback.http(to_c(peer), kept->user());
        };
    }
}

} // namespace

handlers to_handlers(const shared_handlers& what) {
    handlers made;
    set_events(made, what);
    set_ends(made, what);
    set_requests(made, what);
    return made;
}

} // namespace weft::c
