// SPDX-License-Identifier: MIT
// Lists the loops and the TLS libraries of this build; each loop is tried before it is listed.
#include "weft/loops.hpp"

#include <iomanip>
#include <iostream>
#include <string_view>

#include <weft/weft.hpp>

#include "host_loops/host_loops.hpp"
#include "tls_libraries/tls_libraries.hpp"
#include "weft/names.hpp"

namespace weft_tool {
namespace {

std::string_view describe(weft::engine_kind which) {
    switch (which) {
    case weft::engine_kind::automatic: return "the best that this system has";
    case weft::engine_kind::epoll: return "sockets and timers by epoll(7); one descriptor";
    case weft::engine_kind::io_uring:
        return "sockets and timers by io_uring(7); not inside a host loop";
    case weft::engine_kind::kqueue: return "sockets and timers by kqueue(2); one descriptor";
    case weft::engine_kind::poll: return "sockets and timers by poll(2); not inside a host loop";
    case weft::engine_kind::virtual_time: break; // no sockets
    }
    return "";
}

std::ostream& list_line(std::string_view name, std::string_view description) {
    return std::cout << "  " << std::left << std::setw(14) << name << description;
}

void list_engine(weft::engine_kind which) {
    list_line(weft::name(which), describe(which));
    const auto made = weft::event_loop::create({.engine = which});
    if (!made) {
        std::cout << " (not here: " << made.error().message() << ')';
    } else if (const auto why = made->engine_refused()) {
        std::cout << " (refused: " << why.message() << "; " << weft::name(made->engine())
                  << " instead)";
    } else if (made->engine() != which) {
        std::cout << " (" << weft::name(made->engine()) << ')';
    }
    std::cout << '\n';
}

void list_tls_libraries() {
    const auto names = tls_library_names();
    if (!names.empty()) std::cout << "TLS libraries:\n";
    for (const auto& one : names) {
        list_line(one, tls_library_named(one)->describe())
            << (one == names.front() ? " (default)\n" : "\n");
    }
}

void list_other_components_left_out() {
    constexpr std::string_view left_out = WEFT_OTHERS_LEFT_OUT;
    if (!left_out.empty()) std::cout << "Not in this build:\n" << left_out;
}

} // namespace

exit_code list_loops() {
    std::cout << "Engines of our own loop:\n";
    for (const auto one : engines()) list_engine(one);
    std::cout << "Names of hosts: numeric addresses, localhost, /etc/hosts; " << describe_names()
              << '\n';
    std::cout << "Host loops that Weft joins:\n";
    for (const auto& one : host_loop_registration::all())
        list_line(one.name, one.description) << '\n';
    std::cout << WEFT_HOSTS_LEFT_OUT;
    std::cout << "  Any other that can watch one descriptor: see event_loop::descriptor() and "
                 "weft::guest.\n";
    list_tls_libraries();
    list_other_components_left_out();
    return std::cout.flush() ? exit_code::ok : exit_code::input_output;
}

} // namespace weft_tool
