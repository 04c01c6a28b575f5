// SPDX-License-Identifier: MIT
// Adds counters, and writes them as text for Prometheus.
#include <weft/connection/endpoint_counters.hpp>

#include <algorithm>

#include "core/prometheus_writer.hpp"

namespace weft {
namespace {

template <class Key>
void add(std::map<Key, std::uint64_t>& to, const std::map<Key, std::uint64_t>& other) {
    for (const auto& [key, count] : other) to[key] += count;
}

bool same_route(const route_counters& one, const route_counters& other) noexcept {
    return one.path == other.path && one.host == other.host &&
        one.subprotocol == other.subprotocol;
}

std::string labels_of(const route_counters& route) {
    auto labels = metric_label("path", route.path);
    if (!route.host.empty()) labels += "," + metric_label("host", route.host);
    if (!route.subprotocol.empty()) labels += "," + metric_label("subprotocol", route.subprotocol);
    return labels;
}

void write_errors(prometheus_writer& out, std::string_view name, std::string_view help,
                  const std::map<std::error_code, std::uint64_t>& errors) {
    out.begin("counter", name, help);
    for (const auto& [why, count] : errors) {
        const auto code = std::to_string(why.value());
        out.value(metric_label("category", why.category().name()) + "," +
                      metric_label("code", code) + "," + metric_label("error", why.message()),
                  count);
    }
}

void write_ends(prometheus_writer& out, const endpoint_counters& counters) {
    out.begin("counter", "close_codes_total",
              "Connections that ended after opening, by close code");
    for (const auto& [code, count] : counters.close_codes) {
        out.value(metric_label("code", std::to_string(static_cast<unsigned>(code))), count);
    }
    write_errors(out, "close_errors_total", "Open connections that ended with an error",
                 counters.close_errors);
    write_errors(out, "failures_total", "Connections that ended without opening, by error",
                 counters.failures);
    out.begin("counter", "failed_statuses_total",
              "Connections that ended without opening, by HTTP status");
    for (const auto& [status, count] : counters.statuses) {
        out.value(metric_label("status", std::to_string(status)), count);
    }
}

void write_routes(prometheus_writer& out, const endpoint_counters& counters) {
    out.begin("counter", "route_opened_total", "Connections that have opened, by route");
    for (const auto& route : counters.routes) out.value(labels_of(route), route.opened);
    out.begin("gauge", "route_open", "Open connections, by route");
    for (const auto& route : counters.routes) out.value(labels_of(route), route.open);
}

} // namespace

endpoint_counters& endpoint_counters::operator+=(const endpoint_counters& other) {
    opened += other.opened;
    closed += other.closed;
    failed += other.failed;
    requests += other.requests;
    refused += other.refused;
    add(close_codes, other.close_codes);
    add(close_errors, other.close_errors);
    add(failures, other.failures);
    add(statuses, other.statuses);
    traffic += other.traffic;
    connections += other.connections;
    handshakes += other.handshakes;
    queued_bytes += other.queued_bytes;
    waiting += other.waiting;
    memory_used += other.memory_used;
    round_trips += other.round_trips;
    for (const auto& route : other.routes) {
        const auto known = std::ranges::find_if(
            routes, [&](const route_counters& each) { return same_route(each, route); });
        if (known == routes.end()) {
            routes.push_back(route);
        } else {
            known->opened += route.opened;
            known->open += route.open;
        }
    }
    return *this;
}

std::string prometheus_text(const endpoint_counters& counters, std::string_view prefix) {
    prometheus_writer out(prefix);
    out.counter("opened_total", "Opening handshakes that succeeded", counters.opened);
    out.counter("closed_total", "Connections that ended after opening", counters.closed);
    out.counter("failed_total", "Connections that ended without opening", counters.failed);
    out.counter("requests_total", "Plain HTTP requests", counters.requests);
    out.counter("refused_total", "Clients that a limit refused on arrival", counters.refused);
    write_ends(out, counters);
    out.counter("received_bytes_total", "Bytes received", counters.traffic.bytes_received);
    out.counter("sent_bytes_total", "Bytes sent", counters.traffic.bytes_sent);
    out.counter("received_messages_total", "Messages received",
                counters.traffic.messages_received);
    out.counter("sent_messages_total", "Messages sent", counters.traffic.messages_sent);
    out.gauge("connections", "Connections, including those in their handshake",
              counters.connections);
    out.gauge("handshakes", "Connections that have not opened", counters.handshakes);
    out.gauge("queued_bytes", "Output that waits for peers", counters.queued_bytes);
    out.gauge("waiting_connections", "Connections whose output waits", counters.waiting);
    out.gauge("memory_bytes", "Memory that connections hold because of their peers",
              counters.memory_used);
    out.histogram("round_trip_seconds", "Smoothed round trips of the connections that are open",
                  counters.round_trips);
    write_routes(out, counters);
    return out.take();
}

} // namespace weft
