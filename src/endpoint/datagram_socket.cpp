// SPDX-License-Identifier: MIT
// Delivers received datagrams to the handlers, and queues output that the system does not take.
#include <weft/endpoint/datagram_socket.hpp>

#include <deque>
#include <utility>
#include <vector>

#include <weft/core/error.hpp>

#include "endpoint/target.hpp"
#include "loop/loop_state.hpp"

namespace weft {

/// The state of a socket, which outlives it if one of its handlers destroys it.
class datagram_socket::state final : public work_item,
                                     public driver_observer,
                                     private datagram_events {
public:
    state(loop_state& loop, datagram_socket& face, datagram_handlers&& what,
          datagram_options&& options)
        : loop_(loop), face_(&face), handler_(std::move(what)), options_(std::move(options)),
          port_(&loop.network().make_datagram_port(loop, *this)) {
        loop_.enroll(*this);
    }

    void dismiss() noexcept {
        face_ = nullptr;
        close();
        loop_.leave(*this);
        loop_.cancel(*this);
        std::exchange(port_, nullptr)->retire();
        loop_.retire(this);
    }

    result<address> bind(const address& where) {
        if (const auto why = open(where)) return failure(why);
        auto bound = port_->bind(where);
        if (bound) {
            if (const auto why = port_->begin()) bound = failure(why);
        }
        if (!bound) close();
        return bound;
    }

    result<void> connect(const address& where) {
        const bool opens = !port_->is_open();
        if (opens) {
            if (const auto why = open(where)) return failure(why);
        }
        auto why = port_->connect(where);
        if (!why && opens) why = port_->begin();
        if (!why) return {};
        if (opens) close();
        return failure(why);
    }

    result<address> adopt(native_socket socket) {
        if (const auto why = check()) return failure(why);
        if (const auto why = port_->adopt(socket)) return failure(why);
        return port_->local_address();
    }

    send_result send(std::span<const std::byte> bytes, const address& to) {
        if (!port_->is_open()) return send_result::closed;
        if (!queue_.empty()) return enqueue(bytes, to);
        const auto why = port_->send(bytes, to);
        if (!why) return send_result::accepted;
        if (why == std::errc::operation_would_block ||
            why == std::errc::resource_unavailable_try_again) {
            return enqueue(bytes, to);
        }
        on_error(why);
        return send_result::dropped;
    }

    void close() noexcept {
        port_->close();
        queue_.clear();
        waiting_ = 0;
        writable_due_ = false;
        error_ = {};
    }

    [[nodiscard]] datagram_port& port() noexcept { return *port_; }
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_; }

private:
    struct datagram {
        std::vector<std::byte> bytes;
        address to;
    };

    void on_interrupt() override {
        if (handler_.interrupt) call([this] { handler_.interrupt(); });
    }
    void on_shutdown(time_point, function<void()> done) noexcept override {
        close();
        if (done) done();
    }
    void on_driver_closed() noexcept override { close(); }

    [[nodiscard]] std::error_code check() const noexcept {
        if (const auto why = loop_.check_alive()) return why;
        const auto open = std::make_error_code(std::errc::already_connected);
        return port_->is_open() ? open : std::error_code();
    }

    std::error_code open(const address& where) {
        if (const auto why = check()) return why;
        if (const auto why = port_->open(where)) return why;
        if (!options_.before_bind) return {};
        const auto agreed = options_.before_bind(port_->socket());
        if (!agreed) close();
        return agreed.error();
    }

    send_result enqueue(std::span<const std::byte> bytes, const address& to) {
        writable_due_ = true;
        const bool fits = bytes.size() <= options_.queue_size_max - waiting_;
        if (waiting_ >= options_.queue_size_max || !fits) return send_result::dropped;
        queue_.push_back({{bytes.begin(), bytes.end()}, to});
        waiting_ += bytes.size();
        return send_result::backed_up;
    }

    // from the port
    bool wants_datagrams() noexcept override {
        declined_ = depth_ != 0;
        return !declined_;
    }
    void on_datagram(std::span<std::byte> bytes, const address& from) override {
        if (handler_.data) call([&] { handler_.data(*face_, bytes, from); });
    }
    void on_writable() noexcept override {
        while (!queue_.empty()) {
            const datagram& next = queue_.front();
            const auto why = port_->send(next.bytes, next.to);
            if (why == std::errc::operation_would_block ||
                why == std::errc::resource_unavailable_try_again) {
                return;
            }
            waiting_ -= next.bytes.size();
            queue_.pop_front();
            if (why) on_error(why);
        }
        loop_.defer(*this);
    }
    /// Reports the error in a later round, never inside a call by the application.
    void on_error(std::error_code why) noexcept override {
        error_ = why;
        loop_.defer(*this);
    }

    void run() noexcept override {
        if (depth_ != 0) return; // the outer `call` does it when it returns
        if (const auto why = std::exchange(error_, {}); why && handler_.error) {
            call([&] { handler_.error(*face_, why); });
        }
        if (!face_ || !queue_.empty() || !std::exchange(writable_due_, false)) return;
        if (handler_.writable) call([&] { handler_.writable(*face_); });
    }

    template <class Handler>
    void call(Handler&& handler) noexcept {
        ++depth_;
        loop_.call(*this, handler);
        if (--depth_ != 0 || !face_) return;
        if (error_ || writable_due_) loop_.defer(*this);
        if (std::exchange(declined_, false) && !stopped_) port_->resume();
    }

    /// In a nested turn, datagrams for a handler on the stack do not wake the loop.
    void suspend() noexcept override {
        if (!face_ || stopped_) return;
        declined_ = true;
        port_->pause();
    }

public:
    void pause() noexcept {
        stopped_ = true;
        port_->pause();
    }
    void resume() noexcept {
        stopped_ = false;
        if (depth_ == 0 || !declined_) port_->resume();
    }

private:
    loop_state& loop_;
    datagram_socket* face_;
    datagram_handlers handler_;
    datagram_options options_;
    datagram_port* port_;
    std::deque<datagram> queue_;
    std::size_t waiting_ = 0; // bytes in `queue_`
    std::error_code error_;   // still to be reported
    int depth_ = 0;
    bool writable_due_ = false;
    bool declined_ = false;
    bool stopped_ = false; // by the application
};

datagram_socket::datagram_socket(event_loop& loop, datagram_handlers what,
                                 datagram_options options)
    : loop_(loop.state()),
      state_(new state(*loop_, *this, std::move(what), std::move(options))) {}

datagram_socket::~datagram_socket() {
    state_->dismiss();
}

result<address> datagram_socket::bind(std::string_view host, std::uint16_t port) {
    loop_->require_owner("datagram_socket::bind");
    const auto where = addresses_of(host, port);
    if (!where) return failure(where.error());
    return state_->bind(where->back());
}

result<address> datagram_socket::bind(std::string_view where) {
    loop_->require_owner("datagram_socket::bind");
    const auto found = addresses_of(where);
    if (!found) return failure(found.error());
    return state_->bind(found->back());
}

result<void> datagram_socket::connect(std::string_view where) {
    loop_->require_owner("datagram_socket::connect");
    const auto found = addresses_of(where);
    if (!found) return failure(found.error());
    return state_->connect(found->back());
}

result<address> datagram_socket::adopt(native_socket socket) {
    loop_->require_owner("datagram_socket::adopt");
    return state_->adopt(socket);
}

send_result datagram_socket::send(std::span<const std::byte> bytes) {
    return send_to(bytes, {});
}

send_result datagram_socket::send_to(std::span<const std::byte> bytes, const address& to) {
    loop_->require_owner("datagram_socket::send_to");
    return state_->send(bytes, to);
}

void datagram_socket::pause() noexcept {
    loop_->require_owner("datagram_socket::pause");
    state_->pause();
}

void datagram_socket::resume() noexcept {
    loop_->require_owner("datagram_socket::resume");
    state_->resume();
}

void datagram_socket::close() noexcept {
    loop_->require_owner("datagram_socket::close");
    state_->close();
}

bool datagram_socket::is_open() const noexcept {
    return state_->port().is_open();
}

address datagram_socket::local_address() const {
    return state_->port().local_address();
}

std::size_t datagram_socket::buffered_amount() const noexcept {
    return state_->waiting();
}

} // namespace weft
