// SPDX-License-Identifier: MIT
// The conformance suite over a bare session, without any I/O.
#include <utility>

#include <weft/core/session.hpp>
#include <weft/testing/dice.hpp>

#include "conformance/subject.hpp"

namespace weft::testing {
namespace {

class echo_session : public subject {
public:
    explicit echo_session(role ours, const session_limits& limits = {})
        : options_{ours, limits, {}, &random_}, session_(options_, {}) {
        if (ours == role::client) (void)session_.start(*uri::parse("ws://localhost/"));
        collect();
    }

    void write(std::span<const std::byte> bytes) override {
        byte_string copy{bytes.begin(), bytes.end()};
        session_.borrow(scratch_);
        session_.receive(copy, {});
        serve();
        session_.settle();
    }

    void write_end() override {
        session_.receive_eof({});
        serve();
    }

    bool read(byte_string& into) override {
        into.insert(into.end(), output_.begin(), output_.end());
        return !std::exchange(output_, {}).empty();
    }

    bool ended() const override { return session_.finished(); }

private:
    void serve() {
        for (;;) {
            const event next = session_.next_event({});
            if (next.type == event_type::none) return collect();
            if (next.type == event_type::request) (void)session_.accept({}, {}, {});
            if (next.type == event_type::message) {
                session_.send(message(next.payload, next.is_text));
                collect();
            }
        }
    }

    void collect() {
        while (session_.output_size() != 0) {
            const auto piece = *session_.output().begin();
            output_.insert(output_.end(), piece.begin(), piece.end());
            session_.consume_output(piece.size(), {});
        }
    }

    dice random_{1};
    session_options options_;
    scratch scratch_;
    session session_;
    byte_string output_;
};

[[maybe_unused]] const bool registered_session =
    register_conformance("session", [](role ours) { return std::make_unique<echo_session>(ours); });

/// ws CVE-2016-10542, uws CVE-2016-10544 and others: nothing may depend on the limits.
[[maybe_unused]] const bool registered_without_limits = register_conformance(
    "session_without_limits",
    [](role ours) {
        const session_limits none{unlimited, unlimited, unlimited, unlimited, unlimited, unlimited};
        return std::make_unique<echo_session>(ours, none);
    },
    false);

} // namespace
} // namespace weft::testing
