// SPDX-License-Identifier: MIT
// Creates a new message whenever one is needed.
#pragma once

#include <cstddef>
#include <type_traits>

#include <websocketpp/common/memory.hpp>
#include <websocketpp/frame.hpp>

namespace websocketpp::message_buffer {

template <template <class> class con_msg_manager>
class message;

namespace alloc {

/// Creates the messages of a connection.
template <typename message>
class con_msg_manager : public lib::enable_shared_from_this<con_msg_manager<message>> {
public:
    typedef con_msg_manager<message> type;
    typedef lib::shared_ptr<con_msg_manager> ptr;
    typedef lib::weak_ptr<con_msg_manager> weak_ptr;
    typedef typename message::ptr message_ptr;

    message_ptr get_message() { return lib::make_shared<message>(manager()); }
    message_ptr get_message(frame::opcode::value op, std::size_t size) {
        return lib::make_shared<message>(manager(), op, size);
    }

    bool recycle(message*) { return false; }

private:
    /// Returns the manager for a new message. Messages of the usual type get none: they use it for
    /// `recycle` only, and counting references costs more than the rest of their constructor.
    ptr manager() {
        if constexpr (std::is_same_v<message, message_buffer::message<alloc::con_msg_manager>>) {
            return ptr();
        } else {
            return type::shared_from_this();
        }
    }
};

/// Creates the managers of connections.
template <typename con_msg_manager>
class endpoint_msg_manager {
public:
    typedef typename con_msg_manager::ptr con_msg_man_ptr;

    con_msg_man_ptr get_manager() const { return lib::make_shared<con_msg_manager>(); }
};

} // namespace alloc

} // namespace websocketpp::message_buffer
