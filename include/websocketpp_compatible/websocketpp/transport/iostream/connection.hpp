// SPDX-License-Identifier: MIT
// The transport of a connection that the application feeds, and whose output goes to a
// std::ostream or to a function.
#pragma once

#include <cstddef>
#include <exception>
#include <istream>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <websocketpp/common/connection_hdl.hpp>
#include <websocketpp/common/memory.hpp>
#include <websocketpp/detail/session_link.hpp>
#include <websocketpp/logger/levels.hpp>
#include <websocketpp/transport/base/connection.hpp>
#include <websocketpp/transport/iostream/base.hpp>
#include <websocketpp/uri.hpp>

namespace websocketpp::transport::iostream {

/// This transport has no timers.
struct timer {
    void cancel() {}
};

/// Handlers are called inside the functions that feed bytes or send; output leaves in them, too.
template <typename config>
class connection : public websocketpp::detail::session_link {
public:
    typedef connection<config> type;
    typedef lib::shared_ptr<type> ptr;
    typedef typename config::concurrency_type concurrency_type;
    typedef typename config::alog_type alog_type;
    typedef typename config::elog_type elog_type;
    typedef typename concurrency_type::scoped_lock_type scoped_lock_type;
    typedef typename concurrency_type::mutex_type mutex_type;
    typedef lib::shared_ptr<timer> timer_ptr;

    connection(bool, lib::shared_ptr<alog_type> const&, lib::shared_ptr<elog_type> const& elog)
        : m_elog(elog) {}

    /// Sets where output goes. The stream must outlive the connection.
    void register_ostream(std::ostream* out) { m_output = out; }

    /// Feeds all bytes of `in` until it ends or fails.
    friend std::istream& operator>>(std::istream& in, type& to) {
        std::vector<char> bytes(512);
        while (in.good()) {
            in.read(bytes.data(), 1); // waits for a byte, and takes with it what is there
            if (in.gcount() == 0) break;
            const auto more = in.readsome(bytes.data() + 1,
                                          static_cast<std::streamsize>(bytes.size() - 1));
            to.read_all(bytes.data(), static_cast<size_t>(more + 1));
        }
        return in;
    }

    /// Feeds bytes and returns how many were taken: all.
    size_t read_some(char const* buf, size_t len) { return read_all(buf, len); }
    size_t readsome(char const* buf, size_t len) { return read_all(buf, len); }
    size_t read_all(char const* buf, size_t len) {
        const auto* first = reinterpret_cast<std::byte const*>(buf);
        std::vector<std::byte> bytes(first, first + len); // the session changes them
        const ptr self = get_shared();
        receive(bytes);
        return len;
    }

    /// Reports that the input has ended, or that the stream has failed.
    void eof() {
        const ptr self = get_shared();
        receive_eof();
    }
    void fatal_error() {
        const ptr self = get_shared();
        receive_error(transport::error::make_error_code(transport::error::pass_through));
    }

    void set_secure(bool value) { m_is_secure = value; }
    bool is_secure() const { return m_is_secure; }
    void set_remote_endpoint(std::string value) { m_remote_endpoint = std::move(value); }
    std::string get_remote_endpoint() const { return m_remote_endpoint; }
    connection_hdl get_handle() const { return m_connection_hdl; }
    void set_uri(uri_ptr) {}

    timer_ptr set_timer(long, timer_handler) { return timer_ptr(); }

    void set_write_handler(write_handler h) { m_write_handler = std::move(h); }
    void set_vector_write_handler(vector_write_handler h) {
        m_vector_write_handler = std::move(h);
    }
    void set_shutdown_handler(shutdown_handler h) { m_shutdown_handler = std::move(h); }

    void detach() noexcept override { drop_session(); }

protected:
    void set_handle(connection_hdl hdl) { m_connection_hdl = hdl; }
    size_t transport_buffered() const { return 0; }
    bool is_truncated() const { return false; }

    template <class Action>
    void post_to_connection(Action&& action) {
        action();
    }

    void start_stream() { on_stream_ready({}); }
    void abandon_stream() { shut_down(); }

private:
    ptr get_shared() { return lib::static_pointer_cast<type>(shared_from_this()); }

    void write_output(hold_type& hold) override {
        if (m_writing) return; // called by a write handler that sends
        m_writing = true;
        while (session_ && session_->output_size() != 0) {
            std::string bytes;
            for (const auto& piece : session_->output()) {
                bytes.append(reinterpret_cast<char const*>(piece.data()), piece.size());
            }
            session_->consume_output(bytes.size(), now());
            hold.unlock();
            const lib::error_code ec = guarded("write", [&] { return write(bytes); });
            hold.lock();
            if (ec && session_) session_->receive_error(ec, now());
        }
        m_writing = false;
    }

    /// Calls a function of the program. If it throws, the result is `bad_stream`.
    template <class Call>
    lib::error_code guarded(char const* what, Call&& call) {
        try {
            return call();
        } catch (std::exception const& e) {
            m_elog->write(log::elevel::rerror,
                          std::string("The ") + what + " handler threw: " + e.what());
        } catch (...) {
            m_elog->write(log::elevel::rerror, std::string("The ") + what + " handler threw");
        }
        return error::make_error_code(error::bad_stream);
    }

    lib::error_code write(std::string const& bytes) {
        if (m_output) {
            m_output->write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
            m_output->flush();
            return m_output->bad() ? error::make_error_code(error::bad_stream) : lib::error_code();
        }
        if (m_vector_write_handler) {
            const std::vector<transport::buffer> all{{bytes.data(), bytes.size()}};
            return m_vector_write_handler(m_connection_hdl, all);
        }
        if (m_write_handler) return m_write_handler(m_connection_hdl, bytes.data(), bytes.size());
        m_elog->write(log::elevel::rerror, "There is neither an output stream nor a write handler");
        return error::make_error_code(error::output_stream_required);
    }

    void continue_stream() override {}

    void end_output(hold_type& hold) override {
        hold.unlock();
        shut_down();
        hold.lock();
    }
    void end_stream(hold_type& hold) override { end_output(hold); }

    /// Calls the shutdown handler once.
    void shut_down() {
        if (std::exchange(m_is_shut_down, true) || !m_shutdown_handler) return;
        const lib::error_code ec =
            guarded("shutdown", [&] { return m_shutdown_handler(m_connection_hdl); });
        if (ec) m_elog->write(log::elevel::info, "The shutdown handler failed: " + ec.message());
    }

    void request_turn() override {
        const ptr self = get_shared();
        run_turn();
    }

    lib::shared_ptr<elog_type> m_elog;
    connection_hdl m_connection_hdl;
    std::ostream* m_output = nullptr;
    write_handler m_write_handler;
    vector_write_handler m_vector_write_handler;
    shutdown_handler m_shutdown_handler;
    std::string m_remote_endpoint = "iostream transport";
    bool m_is_secure = false;
    bool m_writing = false;
    bool m_is_shut_down = false;
};

} // namespace websocketpp::transport::iostream
