// SPDX-License-Identifier: MIT
// The baseline for an engine on io_uring(7): the TCP echo of raw_echo. Uses one multishot accept,
// and one multishot receive for each connection, into buffers that all connections share. Submits
// sends together with the wait, so a turn is one system call. Sends an echo from the buffer that
// received it, without a copy. Must not depend on Weft.

#include "epoll_floor.hpp"

#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace weft::floor;

constexpr unsigned requests_max = 1024;
constexpr unsigned completions_max = 8 * requests_max;
constexpr std::uint16_t buffer_group = 0;

void* map(std::size_t size, int descriptor, off_t offset) {
    const int kind = descriptor < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED | MAP_POPULATE;
    void* const at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, kind, descriptor, offset);
    if (at == MAP_FAILED) checked(-1, "mmap");
    return at;
}

unsigned load(unsigned& shared) {
    return std::atomic_ref(shared).load(std::memory_order_acquire);
}

template <class Number>
void store(Number& shared, Number value) {
    std::atomic_ref(shared).store(value, std::memory_order_release);
}

class ring {
public:
    ring() {
        io_uring_params given{};
        given.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER |
            IORING_SETUP_DEFER_TASKRUN;
        given.cq_entries = completions_max;
        const auto made = ::syscall(SYS_io_uring_setup, requests_max, &given);
        descriptor_ = checked(static_cast<int>(made), "io_uring_setup");
        const std::size_t size =
            std::max(given.cq_off.cqes + given.cq_entries * sizeof(io_uring_cqe),
                     given.sq_off.array + given.sq_entries * sizeof(unsigned));
        auto* const queues = static_cast<std::byte*>(map(size, descriptor_, IORING_OFF_SQ_RING));
        requests_ = static_cast<io_uring_sqe*>(
            map(given.sq_entries * sizeof(io_uring_sqe), descriptor_, IORING_OFF_SQES));
        const auto at = [&](unsigned offset) {
            return reinterpret_cast<unsigned*>(queues + offset);
        };
        request_tail_ = at(given.sq_off.tail);
        completion_head_ = at(given.cq_off.head);
        completion_tail_ = at(given.cq_off.tail);
        completions_ = reinterpret_cast<io_uring_cqe*>(queues + given.cq_off.cqes);
        for (unsigned i = 0; i < given.sq_entries; ++i) at(given.sq_off.array)[i] = i;
    }

    int descriptor() const { return descriptor_; }

    io_uring_sqe& request(std::uint8_t operation, int descriptor, std::uint64_t label) {
        if (waiting_ == requests_max) enter(0);
        io_uring_sqe& made = requests_[tail_++ & (requests_max - 1)];
        ++waiting_;
        std::memset(&made, 0, sizeof made);
        made.opcode = operation;
        made.fd = descriptor;
        made.user_data = label;
        return made;
    }

    /// Submits all requests, and waits until `awaited` requests have completed.
    void enter(unsigned awaited) {
        store(*request_tail_, tail_);
        const auto taken = ::syscall(SYS_io_uring_enter, descriptor_, waiting_, awaited,
                                     IORING_ENTER_GETEVENTS, nullptr, std::size_t{0});
        if (taken < 0 && errno != EINTR) checked(-1, "io_uring_enter");
        if (taken > 0) waiting_ -= static_cast<unsigned>(taken);
    }

    template <class Handle>
    void take_all(Handle&& handle) {
        unsigned head = *completion_head_;
        while (head != load(*completion_tail_)) {
            const io_uring_cqe one = completions_[head & (completions_max - 1)];
            store(*completion_head_, ++head);
            handle(one);
        }
    }

private:
    int descriptor_;
    io_uring_sqe* requests_;
    io_uring_cqe* completions_;
    unsigned* request_tail_;
    unsigned* completion_head_;
    unsigned* completion_tail_;
    unsigned tail_ = 0;
    unsigned waiting_ = 0;
};

/// Buffers for all connections. The kernel takes one only when input arrives.
class shared_buffers {
public:
    shared_buffers(int ring, unsigned count, unsigned size)
        : count_(count), size_(size),
          free_(static_cast<io_uring_buf*>(map(count * sizeof(io_uring_buf), -1, 0))),
          bytes_(static_cast<std::byte*>(map(std::size_t{count} * size, -1, 0))) {
        io_uring_buf_reg given{};
        given.ring_addr = reinterpret_cast<std::uintptr_t>(free_);
        given.ring_entries = count;
        given.bgid = buffer_group;
        const auto done =
            ::syscall(SYS_io_uring_register, ring, IORING_REGISTER_PBUF_RING, &given, 1);
        checked(static_cast<int>(done), "io_uring_register");
        for (unsigned i = 0; i < count; ++i) give_back(static_cast<std::uint16_t>(i));
    }

    std::byte* at(std::uint16_t number) { return bytes_ + std::size_t{number} * size_; }

    void give_back(std::uint16_t number) {
        io_uring_buf& place = free_[tail_ & (count_ - 1)];
        place.addr = reinterpret_cast<std::uintptr_t>(at(number));
        place.len = size_;
        place.bid = number;
        store(reinterpret_cast<io_uring_buf_ring*>(free_)->tail, ++tail_);
    }

private:
    unsigned count_;
    unsigned size_;
    io_uring_buf* free_;
    std::byte* bytes_;
    std::uint16_t tail_ = 0;
};

enum class kind : std::uint8_t { accept, receive, send };

std::uint64_t label(kind what, int peer = 0) {
    return std::uint64_t{static_cast<std::uint8_t>(what)} << 32U | static_cast<unsigned>(peer);
}

class echo_server {
public:
    echo_server(unsigned buffers, unsigned size) : buffers_(ring_.descriptor(), buffers, size) {
        accept();
    }

    unsigned port() const { return port_of(listener_); }

    [[noreturn]] void run() {
        for (;;) {
            ring_.enter(1);
            ring_.take_all([this](const io_uring_cqe& one) { complete(one); });
            for (const int peer : std::exchange(starved_, {})) receive(peer);
        }
    }

private:
    /// Bytes in a shared buffer, in the order in which they are to be sent.
    struct piece {
        std::uint16_t buffer;
        unsigned begin;
        unsigned end;
    };
    struct connection {
        std::deque<piece> unsent; // the first is being sent
        bool ended = false;
    };

    void complete(const io_uring_cqe& one) {
        const auto what = static_cast<kind>(one.user_data >> 32U);
        const auto peer = static_cast<int>(static_cast<std::uint32_t>(one.user_data));
        const bool goes_on = (one.flags & IORING_CQE_F_MORE) != 0;
        if (what == kind::accept) {
            if (one.res >= 0) accepted(one.res);
            if (!goes_on) accept();
        } else if (what == kind::receive) {
            received(peer, one, goes_on);
        } else {
            sent(peer, one.res);
        }
    }

    void accept() {
        io_uring_sqe& made = ring_.request(IORING_OP_ACCEPT, listener_, label(kind::accept));
        made.ioprio = IORING_ACCEPT_MULTISHOT;
        made.accept_flags = SOCK_CLOEXEC;
    }

    void accepted(int peer) {
        const int on = 1;
        ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (peers_.size() <= static_cast<std::size_t>(peer)) {
            peers_.resize(static_cast<std::size_t>(peer) + 1);
        }
        receive(peer);
    }

    void receive(int peer) {
        io_uring_sqe& made = ring_.request(IORING_OP_RECV, peer, label(kind::receive, peer));
        made.ioprio = IORING_RECV_MULTISHOT;
        made.flags = IOSQE_BUFFER_SELECT;
        made.buf_group = buffer_group;
    }

    void received(int peer, const io_uring_cqe& one, bool goes_on) {
        connection& to = at(peer);
        if (one.res > 0) {
            const auto buffer = static_cast<std::uint16_t>(one.flags >> IORING_CQE_BUFFER_SHIFT);
            to.unsent.push_back({buffer, 0, static_cast<unsigned>(one.res)});
            if (to.unsent.size() == 1) send(peer);
        }
        if (goes_on) return;
        if (one.res > 0) return receive(peer);
        if (one.res == -ENOBUFS) return starved_.push_back(peer);
        to.ended = true;
        close_if_done(peer);
    }

    void send(int peer) {
        const piece& first = at(peer).unsent.front();
        io_uring_sqe& made = ring_.request(IORING_OP_SEND, peer, label(kind::send, peer));
        made.addr = reinterpret_cast<std::uintptr_t>(buffers_.at(first.buffer) + first.begin);
        made.len = first.end - first.begin;
        made.msg_flags = MSG_NOSIGNAL;
    }

    void sent(int peer, int count) {
        connection& to = at(peer);
        piece& first = to.unsent.front();
        first.begin += count > 0 ? static_cast<unsigned>(count) : first.end - first.begin;
        if (first.begin == first.end) {
            buffers_.give_back(first.buffer);
            to.unsent.pop_front();
        }
        if (!to.unsent.empty()) return send(peer);
        close_if_done(peer);
    }

    void close_if_done(int peer) {
        if (at(peer).ended && at(peer).unsent.empty()) {
            at(peer) = {};
            ::close(peer);
        }
    }

    connection& at(int peer) { return peers_[static_cast<std::size_t>(peer)]; }

    ring ring_;
    shared_buffers buffers_;
    int listener_ = listen_on_loopback();
    std::vector<connection> peers_; // By descriptor number.
    std::vector<int> starved_;      // Found no shared buffer.
};

} // namespace

int main(int argc, char** argv) try {
    if (argc != 1 && argc != 3) {
        throw std::invalid_argument{"usage: raw_uring_echo [BUFFERS SIZE], powers of two"};
    }
    echo_server server{argc == 3 ? static_cast<unsigned>(std::stoul(argv[1])) : 1024,
                       argc == 3 ? static_cast<unsigned>(std::stoul(argv[2])) : 16 * 1024};
    std::printf("%u\n", server.port());
    std::fflush(stdout);
    server.run();
} catch (const std::exception& error) {
    std::fprintf(stderr, "raw_uring_echo: %s\n", error.what());
    return EXIT_FAILURE;
}
