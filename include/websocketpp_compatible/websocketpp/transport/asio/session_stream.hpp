// SPDX-License-Identifier: MIT
// Exchanges the bytes of one session with its Asio socket, and waits for the session's deadline.
// Knows nothing of how the socket was connected.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <websocketpp/common/asio.hpp>
#include <websocketpp/detail/session_link.hpp>
#include <websocketpp/transport/asio/base.hpp>
#include <websocketpp/transport/asio/security/base.hpp>
#include <websocketpp/transport/base/connection.hpp>

namespace websocketpp::transport::asio {

/// The base class of the transport's connections.
template <typename config>
class session_stream : public config::socket_type::socket_con_type,
                       public websocketpp::detail::session_link {
public:
    typedef typename config::socket_type::socket_con_type socket_con_type;

    /// Returns the error of Asio behind an error such as `pass_through`.
    lib::asio::error_code get_transport_ec() const { return m_tec; }

protected:
    static constexpr size_t read_size_min = 1024;

    size_t transport_buffered() const { return m_write_pending; }

    /// Returns whether the stream ended without the closing alert of TLS.
    bool is_truncated() const { return socket_con_type::is_truncation(m_tec); }

    template <class Handler>
    auto on_strand(Handler&& handler) {
        return lib::asio::bind_executor(*m_strand, std::forward<Handler>(handler));
    }

    /// Stops waiting for the deadline.
    void end_phase() {
        ++m_phase;
        if (m_deadline_timer) m_deadline_timer->cancel();
    }

    /// Returns the error as `get_ec` reports it: Boost.Asio's errors as `pass_through` or
    /// `tls_error`, those of standalone Asio, which have the same type, as they are.
    static lib::error_code translate(lib::asio::error_code const& ec) {
        namespace error = transport::error;
        if constexpr (std::is_same_v<lib::asio::error_code, lib::error_code>) {
            return ec;
        } else {
            return error::make_error_code(
                socket_con_type::is_tls_error(ec) ? error::tls_error : error::pass_through);
        }
    }

    /// Empty once the endpoint has destroyed its own io_context.
    std::optional<lib::asio::strand<lib::asio::any_io_executor>> m_strand;
    /// The same strand with the type of its executor; empty unless that is an io_context's.
    std::optional<lib::asio::strand<lib::asio::io_context::executor_type>> m_context_strand;
    std::optional<lib::asio::steady_timer> m_deadline_timer;

    lib::asio::error_code m_tec;
    std::vector<std::byte> m_read_buffer;
    std::string m_write_buffer;
    unsigned m_phase = 0; ///< changes with each wait of the timer; earlier waits have no effect

private:
    typedef lib::shared_ptr<session_stream<config>> ptr;
    ptr get_shared() {
        return lib::static_pointer_cast<session_stream<config>>(shared_from_this());
    }

    static constexpr size_t read_size_max = 64 * 1024;
    static constexpr size_t write_size_max = 64 * 1024;
    static constexpr int small_reads_max = 16;

    void continue_stream() override {
        if (!m_strand) return;
        if (!m_reading && !m_read_ended && session_->wants_input()) read_more();
        const weft::time_point deadline = session_->next_deadline();
        if (deadline == weft::never || (m_armed && m_armed_at <= deadline)) return;
        m_armed = true;
        m_armed_at = deadline;
        ++m_phase;
        m_deadline_timer->expires_at(
            std::chrono::time_point_cast<std::chrono::steady_clock::duration>(deadline));
        m_deadline_timer->async_wait(
            on_strand([self = get_shared(), phase = m_phase](lib::asio::error_code const& ec) {
                if (ec || phase != self->m_phase || !self->m_strand) return;
                self->m_armed = false;
                self->run_turn();
            }));
    }

    void read_more() {
        m_reading = true;
        const auto buffer = lib::asio::buffer(m_read_buffer.data(), m_read_buffer.size());
        if constexpr (!socket_con_type::layer_is_tls) {
            // Entering the strand afterwards costs less than binding the handler to it.
            if (m_context_strand) {
                return this->get_socket().async_read_some(
                    buffer,
                    [self = get_shared()](lib::asio::error_code const& ec, size_t size) {
                        if (!self->m_context_strand) return;
                        self->m_context_strand->execute(
                            [self, ec, size] { self->take_read(ec, size); });
                    });
            }
        }
        this->get_socket().async_read_some(
            buffer, on_strand([self = get_shared()](lib::asio::error_code const& ec, size_t size) {
                self->take_read(ec, size);
            }));
    }

    void take_read(lib::asio::error_code const& ec, size_t size) {
        if (!m_strand) return;
        m_reading = false; // the strand owns it: turns run there
        if (ec) {
            m_read_ended = true;
            m_tec = ec;
            const bool ended = ec == lib::asio::error::eof || socket_con_type::is_truncation(ec);
            return ended ? receive_eof() : receive_error(translate(ec));
        }
        const bool full = size == m_read_buffer.size();
        m_small_reads = size <= read_size_min / 2 ? m_small_reads + 1 : 0;
        std::vector<std::byte> larger;
        const size_t next = full ? std::min(m_read_buffer.size() * 4, read_size_max)
            : m_small_reads >= small_reads_max ? read_size_min
                                               : m_read_buffer.size();
        if (next == m_read_buffer.size()) return receive({m_read_buffer.data(), size});
        larger.resize(next);
        larger.swap(m_read_buffer); // the bytes to receive are in the old buffer
        m_small_reads = 0;
        receive({larger.data(), size});
    }

    void write_output(hold_type&) override {
        if (!m_strand || m_writing) return;
        if constexpr (socket_con_type::layer_is_tls) {
            write_copy();
        } else {
            write_now();
        }
    }

    /// Writes to the socket until it is full or nothing is left.
    void write_now() {
        while (session_->output_size() != 0) {
            const weft::output_list list = session_->output();
            std::array<lib::asio::const_buffer, weft::output_list::count_max> buffers;
            for (size_t i = 0; i < list.count; ++i) {
                buffers[i] = lib::asio::const_buffer(list.pieces[i].data(), list.pieces[i].size());
            }
            lib::asio::error_code ec;
            const size_t written =
                this->get_socket().write_some(std::span(buffers.data(), list.count), ec);
            if (ec == lib::asio::error::would_block || ec == lib::asio::error::try_again) {
                session_->consume_output(0, now());
                m_writing = true;
                this->get_raw_socket().async_wait(
                    lib::asio::socket_base::wait_write,
                    on_strand([self = get_shared()](lib::asio::error_code const&) {
                        self->take_written({});
                    }));
                return;
            }
            if (ec) {
                m_tec = ec;
                return session_->receive_error(translate(ec), now());
            }
            session_->consume_output(written, now());
        }
    }

    /// Writes a copy of the first bytes: Asio's TLS stream needs them until the write has ended.
    void write_copy() {
        m_write_buffer.clear();
        while (session_->output_size() != 0 && m_write_buffer.size() < write_size_max) {
            const weft::output_list list = session_->output();
            size_t taken = 0;
            for (const auto& piece : list) {
                const size_t room = write_size_max - m_write_buffer.size();
                const size_t size = std::min(room, piece.size());
                m_write_buffer.append(reinterpret_cast<char const*>(piece.data()), size);
                taken += size;
            }
            session_->consume_output(taken, now());
        }
        if (m_write_buffer.empty()) return;
        m_writing = true;
        m_write_pending = m_write_buffer.size();
        lib::asio::async_write(
            this->get_socket(), lib::asio::buffer(m_write_buffer),
            on_strand([self = get_shared()](lib::asio::error_code const& ec, size_t) {
                self->take_written(ec);
            }));
    }

    void take_written(lib::asio::error_code const& ec) {
        if (!m_strand) return;
        {
            const hold_type hold(lock_);
            m_writing = false;
            m_write_pending = 0;
            if (m_write_buffer.capacity() > write_size_max / 4) std::string().swap(m_write_buffer);
            if (m_output_ends) shut_down_output();
        }
        if (ec) return receive_error(translate(ec));
        run_turn();
        const hold_type hold(lock_);
        if (m_stream_ends) close_socket();
    }

    void end_output(hold_type&) override {
        m_output_ends = true;
        if (m_strand && !m_writing) shut_down_output();
    }

    void shut_down_output() {
        m_output_ends = false;
        if constexpr (socket_con_type::layer_is_tls) {
            this->get_socket().async_shutdown(
                on_strand([self = get_shared()](lib::asio::error_code const&) {}));
        } else {
            lib::asio::error_code ignored;
            this->get_raw_socket().shutdown(lib::asio::socket_base::shutdown_send, ignored);
        }
    }

    void end_stream(hold_type&) override {
        m_stream_ends = true;
        if (m_strand && (!m_writing || !session_->output_ends())) close_socket();
    }

    void close_socket() {
        lib::asio::error_code ignored;
        this->get_raw_socket().close(ignored);
        end_phase();
    }

    void request_turn() override {
        if (!m_strand) return;
        lib::asio::post(*m_strand, [self = get_shared()] { self->run_turn(); });
    }

    std::atomic<size_t> m_write_pending = 0;
    weft::time_point m_armed_at{};
    int m_small_reads = 0;
    bool m_armed = false;
    bool m_reading = false;
    bool m_read_ended = false;
    bool m_writing = false;
    bool m_output_ends = false; ///< to be ended after the write in progress
    bool m_stream_ends = false;
};

} // namespace websocketpp::transport::asio
