// SPDX-License-Identifier: MIT
// A c-ares channel on a loop: the engine watches its sockets, a timer runs its timeouts, and each
// lookup is two queries. No application code is called from inside c-ares.
#pragma once

#include <ares.h>

#include <map>
#include <memory>
#include <system_error>

#include <weft/loop/resolver.hpp>
#include <weft/stream/driver.hpp>

namespace weft {

class loop_state;
class cares_socket;
struct cares_options;

class cares_channel final : public timed_work_item,
                            public driver_observer,
                            public std::enable_shared_from_this<cares_channel> {
public:
    explicit cares_channel(loop_state& loop) noexcept : loop_(loop) {}
    ~cares_channel() override { close(); }

    std::error_code open(const cares_options& options);

    /// Ends all lookups; later ones fail with `errc::no_resolver`. Idempotent.
    void close() noexcept;

    void resolve(lookup asked);

    /// Handles readiness of these sockets; ARES_SOCKET_BAD for none, if only time has passed.
    void process(ares_socket_t readable, ares_socket_t writable) noexcept;

private:
    struct pending;
    struct query;

    // called by c-ares
    static void socket_changed(void* self, ares_socket_t which, int read, int write) noexcept;
    static void answered(void* asked, int status, int timeouts, ares_addrinfo* found) noexcept;

    // called by the driver
    void expire() noexcept override;
    void on_interrupt() override {}
    void on_driver_closed() noexcept override { close(); }

    void ask(const std::shared_ptr<pending>& by, int family);
    void no_longer_wanted(pending& by) noexcept;
    void abandon(pending& by) noexcept;
    void settle() noexcept;
    void arm_timer() noexcept;

    loop_state& loop_;
    ares_channel channel_ = nullptr;
    std::map<ares_socket_t, cares_socket*> sockets_;
    std::size_t wanted_ = 0; // lookups whose callers are waiting
};

} // namespace weft
