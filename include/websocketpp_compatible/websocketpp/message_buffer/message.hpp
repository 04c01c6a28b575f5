// SPDX-License-Identifier: MIT
// A message: its payload, and how it is or was sent.
#pragma once

#include <cstddef>
#include <string>

#include <websocketpp/common/memory.hpp>
#include <websocketpp/frame.hpp>

namespace websocketpp::message_buffer {

/// A message that owns its payload. `con_msg_manager` creates messages.
template <template <class> class con_msg_manager>
class message {
public:
    typedef lib::shared_ptr<message> ptr;
    typedef con_msg_manager<message> con_msg_man_type;
    typedef typename con_msg_man_type::ptr con_msg_man_ptr;
    typedef typename con_msg_man_type::weak_ptr con_msg_man_weak_ptr;

    explicit message(const con_msg_man_ptr manager) : manager_(manager) {}
    message(const con_msg_man_ptr manager, frame::opcode::value op, std::size_t size = 128)
        : manager_(manager), opcode_(op) {
        payload_.reserve(size);
    }

    /// Returns whether `header` and payload are ready to be written. Never true for a message that
    /// a connection has created.
    bool get_prepared() const { return prepared_; }
    void set_prepared(bool value) { prepared_ = value; }

    /// Returns whether the message was compressed, or may be.
    bool get_compressed() const { return compressed_; }
    void set_compressed(bool value) { compressed_ = value; }

    bool get_terminal() const { return terminal_; }
    void set_terminal(bool value) { terminal_ = value; }
    bool get_fin() const { return fin_; }
    void set_fin(bool value) { fin_ = value; }

    frame::opcode::value get_opcode() const { return opcode_; }
    void set_opcode(frame::opcode::value op) { opcode_ = op; }

    std::string const& get_header() const { return header_; }
    void set_header(std::string const& header) { header_ = header; }
    std::string const& get_extension_data() const { return extension_data_; }

    std::string const& get_payload() const { return payload_; }

    /// Returns the payload itself: it may be changed, or moved out of a received message.
    std::string& get_raw_payload() { return payload_; }

    void set_payload(std::string const& payload) { payload_ = payload; }
    void set_payload(void const* payload, std::size_t size) {
        payload_.assign(static_cast<char const*>(payload), size);
    }
    void append_payload(std::string const& payload) { payload_ += payload; }
    void append_payload(void const* payload, std::size_t size) {
        payload_.append(static_cast<char const*>(payload), size);
    }

    bool recycle() {
        const con_msg_man_ptr shared = manager_.lock();
        return shared && shared->recycle(this);
    }

private:
    con_msg_man_weak_ptr manager_;
    std::string header_;
    std::string extension_data_;
    std::string payload_;
    frame::opcode::value opcode_ = frame::opcode::continuation;
    bool prepared_ = false;
    bool fin_ = true;
    bool terminal_ = false;
    bool compressed_ = false;
};

} // namespace websocketpp::message_buffer
