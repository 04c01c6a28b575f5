// SPDX-License-Identifier: MIT
// The text of turn times for Prometheus.
#include <weft/loop/turn_times.hpp>

#include "core/prometheus_writer.hpp"

namespace weft {

std::string prometheus_text(const turn_times& times, std::string_view prefix) {
    prometheus_writer out(prefix);
    out.histogram("turn_seconds", "Turns of the event loop, without the time that they waited",
                  times);
    out.begin("gauge", "longest_turn_seconds", "The longest turn so far");
    out.value({}, {}, in_seconds(times.longest));
    return out.take();
}

} // namespace weft
