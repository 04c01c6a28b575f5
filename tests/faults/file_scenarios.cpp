// SPDX-License-Identifier: MIT
// The scenarios of raw files: pipes, packets, a terminal, a watch.
#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>

#include "faults/scenario.hpp"

#include "loop/loop_state.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

/// A raw file in a scenario, and what it has received.
class file_player {
public:
    /// Takes over `descriptor`, also when that fails.
    file_player(world& w, owned_descriptor descriptor) : world_(w) {
        raw_options patient;
        patient.idle_timeout = 10s;
        auto made = raw_file::adopt(w.loop(), descriptor.get(), handlers(), patient);
        if (made) {
            static_cast<void>(descriptor.release());
            file_.emplace(std::move(*made));
        } else {
            tell_refusal(w, made.error());
        }
    }

    explicit operator bool() const { return file_.has_value(); }
    raw_file& operator*() { return *file_; }
    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] bool clean() const { return ended_ && !why_; }
    [[nodiscard]] std::size_t received() const { return received_; }

    /// The end of a terminal is what a failure to read it would be as well.
    bool is_terminal = false;

private:
    raw_handlers handlers() {
        return {.data = [this](raw_connection&, auto bytes) { received_ += bytes.size(); },
                .close = [this](raw_connection&, const report& why) { end(why); },
                .fail = [this](const report& why) { end(why); }};
    }
    void end(const report& why) {
        ended_ = true;
        why_ = why.error;
        if (why_) world_.tell(why_);
        if (is_terminal) world_.tell({EIO, std::system_category()});
    }

    world& world_;
    std::optional<raw_file> file_;
    std::size_t received_ = 0;
    bool ended_ = false;
    std::error_code why_;
};

bool write_through_a_pipe(world& w) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    owned_descriptor near(ends[0]);
    owned_descriptor far(ends[1]);
    file_player reader(w, std::move(near));
    if (!reader) return false;
    file_player writer(w, std::move(far));
    if (!writer) return false;
    (*writer).send(std::string(200'000, 'x'));
    (*writer).finish();
    w.until([&] { return reader.ended() && writer.ended(); });
    return reader.clean() && writer.clean() && reader.received() == 200'000;
}

bool write_to_nobody(world& w) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return false;
    file_player writer(w, owned_descriptor(ends[1]));
    ::close(ends[0]);
    if (!writer) return false;
    (*writer).send("to nobody");
    (*writer).finish(); // should it have come to that
    w.until([&] { return writer.ended(); });
    return writer.ended() && !writer.clean();
}

/// The application has blocked the signal for reasons of its own.
bool write_to_nobody_with_the_signal_blocked(world& w) {
    sigset_t only;
    sigset_t before;
    sigemptyset(&only);
    sigaddset(&only, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &only, &before);
    const bool done = write_to_nobody(w);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return done;
}

/// What a terminal is given needs a moment: the world is patient while it listens at an IP address.
bool talk_to_a_terminal(world& w) {
    if (!w.listen("127.0.0.1:0")) return false;
    owned_descriptor near(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!near || ::grantpt(near.get()) != 0 || ::unlockpt(near.get()) != 0) return false;
    owned_descriptor far(::open(::ptsname(near.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    file_player terminal(w, std::move(near));
    if (!terminal) return false;
    terminal.is_terminal = true;
    (*terminal).send("echo\n"); // which the terminal does
    w.until([&] { return terminal.ended() || terminal.received() == 6; });
    far.reset();
    w.until([&] { return terminal.ended(); });
    return terminal.clean() && terminal.received() == 6;
}

bool pass_packets(world& w) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return false;
    owned_descriptor near(ends[0]);
    owned_descriptor far(ends[1]);
    file_player one(w, std::move(near));
    if (!one) return false;
    file_player other(w, std::move(far));
    if (!other) return false;
    (*one).send("packet");
    (*one).finish();
    w.until([&] { return one.ended() && other.ended(); });
    return one.clean() && other.clean() && other.received() == 6;
}

bool watch_a_pipe(world& w) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return false;
    const owned_descriptor near(ends[0]);
    const owned_descriptor far(ends[1]);
    int received = 0;
    bool lost = false;
    std::optional<watch> bare;
    bare.emplace(w.loop(), near.get(), [&](readiness what) {
        char one = 0;
        if (what.read && ::read(near.get(), &one, 1) == 1) ++received;
        lost = what.hangup;
        if (lost) w.tell({ENOMEM, std::system_category()});
    });
    if (const auto set = bare->set({.read = true}); !set) {
        tell_refusal(w, set.error());
        return false;
    }
    const bool written = ::write(far.get(), "ab", 2) == 2;
    w.until([&] { return received == 2 || lost; });
    return written && received == 2;
}

/// Such waits have no timeout: the first sets a timer for the deadline, the next finds it set.
bool wait_beside_a_far_deadline(world& w) {
    if (w.is_guest()) return true; // its host waits
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return false;
    const owned_descriptor near(ends[0]);
    const owned_descriptor far(ends[1]);
    int received = 0;
    bool late = false;
    watch readable(w.loop(), near.get(), [&](readiness what) {
        ++received;
        if (what.hangup) w.tell({ENOMEM, std::system_category()});
    });
    timer deadline(w.loop(), [&] { late = true; });
    deadline.arm_after(200ms);
    if (::write(far.get(), "a", 1) != 1) return false;
    if (const auto set = readable.set({.read = true}); !set) {
        tell_refusal(w, set.error());
        return false;
    }
    while (received < 2 && !late) {
        w.loop().run_one();
        w.loop().restart();
    }
    return !late;
}

} // namespace

void tell_refusal(world& w, std::error_code why) {
    const std::error_code not_permitted(EPERM, std::system_category());
    w.tell(why == errc::not_pollable ? not_permitted : why);
}

std::vector<scenario> file_scenarios() {
    return {
        {"write through a pipe", write_through_a_pipe},
        {"write to nobody", write_to_nobody},
        {"write to nobody with the signal blocked", write_to_nobody_with_the_signal_blocked},
        {"talk to a terminal", talk_to_a_terminal},
        {"pass packets", pass_packets},
        {"watch a pipe", watch_a_pipe},
        {"wait beside a far deadline", wait_beside_a_far_deadline},
    };
}

} // namespace weft::testing
