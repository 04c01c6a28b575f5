// SPDX-License-Identifier: MIT
// A log that writes its enabled channels to a std::ostream.
#pragma once

#include <ctime>
#include <iomanip> // programs rely on it
#include <iostream>
#include <string>
#include <string_view>

#include <websocketpp/common/cpp11.hpp>
#include <websocketpp/common/time.hpp>
#include <websocketpp/logger/levels.hpp>

namespace websocketpp::log {

/// Writes lines such as "[2026-11-30 12:00:00] [connect] ...". `names` is `alevel` or `elevel`.
/// Channels that the constructor does not allow cannot be enabled later.
template <typename concurrency, typename names>
class basic {
public:
    basic(channel_type_hint::value hint = channel_type_hint::access)
        : basic(0xffffffff, hint) {}
    basic(std::ostream* out) : basic(0xffffffff, out) {}
    basic(level allowed, channel_type_hint::value hint = channel_type_hint::access)
        : basic(allowed, hint == channel_type_hint::error ? &std::cerr : &std::cout) {}
    basic(level allowed, std::ostream* out) : m_static_channels(allowed), m_out(out) {}

    basic(basic const& other)
        : m_static_channels(other.m_static_channels),
          m_dynamic_channels(other.m_dynamic_channels), m_out(other.m_out) {}
    basic& operator=(basic const&) = delete;
    ~basic() = default;

    /// Chooses where to write. The stream must live as long as the log.
    void set_ostream(std::ostream* out = &std::cout) {
        scoped_lock_type guard(m_lock);
        m_out = out;
    }

    /// Enables channels besides those that are enabled; `none` disables all.
    void set_channels(level channels) {
        if (channels == names::none) return clear_channels(names::all);
        scoped_lock_type guard(m_lock);
        m_dynamic_channels |= channels & m_static_channels;
    }
    void clear_channels(level channels) {
        scoped_lock_type guard(m_lock);
        m_dynamic_channels &= ~channels;
    }

    void write(level channel, std::string const& text) { write_line(channel, text); }
    void write(level channel, char const* text) { write_line(channel, text); }

    constexpr bool static_test(level channel) const {
        return (channel & m_static_channels) != 0;
    }
    bool dynamic_test(level channel) { return (channel & m_dynamic_channels) != 0; }

protected:
    typedef typename concurrency::scoped_lock_type scoped_lock_type;
    typedef typename concurrency::mutex_type mutex_type;

    mutex_type m_lock;

private:
    void write_line(level channel, std::string_view text) {
        scoped_lock_type guard(m_lock);
        if (!dynamic_test(channel) || !m_out) return;
        std::string line; // written at once, which costs less, and keeps lines whole
        line.reserve(text.size() + 64);
        line.append("[").append(stamp()).append("] [").append(names::channel_name(channel));
        line.append("] ").append(text).append("\n");
        m_out->write(line.data(), static_cast<std::streamsize>(line.size()));
        m_out->flush();
    }

    /// Returns the local time, formatted once per second. Called with the lock.
    char const* stamp() {
        const std::time_t now = std::time(nullptr);
        if (now == m_stamp_time) return m_stamp;
        const std::tm local = lib::localtime(now);
        if (std::strftime(m_stamp, sizeof m_stamp, "%Y-%m-%d %H:%M:%S", &local) == 0) {
            return "Unknown";
        }
        m_stamp_time = now;
        return m_stamp;
    }

    level const m_static_channels;
    level m_dynamic_channels = 0;
    std::ostream* m_out;
    std::time_t m_stamp_time = -1; // when `m_stamp` was formatted
    char m_stamp[32] = {};
};

} // namespace websocketpp::log
