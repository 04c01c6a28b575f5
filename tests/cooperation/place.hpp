// SPDX-License-Identifier: MIT
// A host loop where Weft and another library live side by side. Knows neither.
#pragma once

#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <weft/loop/guest.hpp>

namespace weft::testing {

class place {
public:
    place() = default;
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    virtual ~place() = default;

    [[nodiscard]] virtual host_ops ops() = 0;

    /// Waits until something is ready, and lets those know whom it concerns.
    virtual void turn() = 0;
};

/// Ends the program when it exists for longer: what a test waits for may never come, and a host's
/// loop waits without end.
class time_limit {
public:
    explicit time_limit(unsigned seconds) { ::alarm(seconds); }
    time_limit(const time_limit&) = delete;
    time_limit& operator=(const time_limit&) = delete;
    ~time_limit() { ::alarm(0); }
};

/// Places of one kind, by the names of their hosts: each host adds one in a file of its own.
template <class Kind>
struct place_registration {
    std::string host;
    std::function<std::unique_ptr<Kind>()> make;

    place_registration(std::string name, std::function<std::unique_ptr<Kind>()> how)
        : host(std::move(name)), make(std::move(how)) {
        all().push_back(this);
    }

    static std::vector<const place_registration*>& all() {
        static std::vector<const place_registration*> registered;
        return registered;
    }
};

} // namespace weft::testing
