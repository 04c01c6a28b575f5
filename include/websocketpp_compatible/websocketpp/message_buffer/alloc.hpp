// SPDX-License-Identifier: MIT
// Creates a new message whenever one is needed.
#pragma once

#include <cstddef>

#include <websocketpp/common/memory.hpp>
#include <websocketpp/frame.hpp>

namespace websocketpp::message_buffer::alloc {

/// Creates the messages of a connection.
template <typename message>
class con_msg_manager : public lib::enable_shared_from_this<con_msg_manager<message>> {
public:
    typedef con_msg_manager<message> type;
    typedef lib::shared_ptr<con_msg_manager> ptr;
    typedef lib::weak_ptr<con_msg_manager> weak_ptr;
    typedef typename message::ptr message_ptr;

    message_ptr get_message() { return lib::make_shared<message>(type::shared_from_this()); }
    message_ptr get_message(frame::opcode::value op, std::size_t size) {
        return lib::make_shared<message>(type::shared_from_this(), op, size);
    }

    bool recycle(message*) { return false; }
};

/// Creates the managers of connections.
template <typename con_msg_manager>
class endpoint_msg_manager {
public:
    typedef typename con_msg_manager::ptr con_msg_man_ptr;

    con_msg_man_ptr get_manager() const { return lib::make_shared<con_msg_manager>(); }
};

} // namespace websocketpp::message_buffer::alloc
