// SPDX-License-Identifier: MIT
// A log that writes its enabled channels to syslog(3).
#pragma once

#include <string>

#include <syslog.h>

#include <websocketpp/common/cpp11.hpp>
#include <websocketpp/logger/basic.hpp>
#include <websocketpp/logger/levels.hpp>

namespace websocketpp::log {

/// Writes messages such as "[connect] ..." with the name and the facility that the program has set
/// with openlog(3). The access log has the priority LOG_INFO.
template <typename concurrency, typename names>
class syslog : public basic<concurrency, names> {
public:
    typedef basic<concurrency, names> base;

    syslog(channel_type_hint::value hint = channel_type_hint::access)
        : syslog(0xffffffff, hint) {}
    syslog(level allowed, channel_type_hint::value hint = channel_type_hint::access)
        : base(allowed, hint), m_is_error_log(hint != channel_type_hint::access) {}

    void write(level channel, std::string const& text) { write(channel, text.c_str()); }
    void write(level channel, char const* text) {
        typename base::scoped_lock_type guard(this->m_lock);
        if (!this->dynamic_test(channel)) return;
        ::syslog(priority(channel), "[%s] %s", names::channel_name(channel), text);
    }

private:
    int priority(level channel) const {
        if (!m_is_error_log) return LOG_INFO;
        switch (channel) {
        case elevel::devel:
        case elevel::library: return LOG_DEBUG;
        case elevel::warn: return LOG_WARNING;
        case elevel::rerror: return LOG_ERR;
        case elevel::fatal: return LOG_CRIT;
        default: return LOG_INFO;
        }
    }

    bool const m_is_error_log;
};

} // namespace websocketpp::log
