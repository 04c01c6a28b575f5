// SPDX-License-Identifier: MIT
// Converts values between JavaScript and C++: texts, bytes, options, errors, and values that hold a
// pointer. If memory runs out, the program ends, as in Node.js itself.
#pragma once

#define NAPI_VERSION 8
#include <node_api.h>

#include <uv.h>

#include <weft/weft.h>

#include <cmath>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace weft_node {

inline napi_value undefined(napi_env env) {
    napi_value made = nullptr;
    napi_get_undefined(env, &made);
    return made;
}

inline napi_value number(napi_env env, double value) {
    napi_value made = nullptr;
    napi_create_double(env, value, &made);
    return made;
}

inline napi_value boolean(napi_env env, bool value) {
    napi_value made = nullptr;
    napi_get_boolean(env, value, &made);
    return made;
}

inline napi_value string(napi_env env, const char* text, std::size_t size = NAPI_AUTO_LENGTH) {
    napi_value made = nullptr;
    if (napi_create_string_utf8(env, text, size, &made) != napi_ok) return undefined(env);
    return made;
}

inline bool is(napi_env env, napi_value value, napi_valuetype wanted) {
    auto found = napi_undefined;
    return value && napi_typeof(env, value, &found) == napi_ok && found == wanted;
}

inline std::string text_of(napi_env env, napi_value value) {
    std::size_t size = 0;
    if (napi_get_value_string_utf8(env, value, nullptr, 0, &size) != napi_ok) return {};
    std::string text(size, '\0');
    napi_get_value_string_utf8(env, value, text.data(), size + 1, &size);
    return text;
}

inline bool flag_of(napi_env env, napi_value value) {
    bool flag = false;
    napi_get_value_bool(env, value, &flag);
    return flag;
}

inline std::int32_t integer_of(napi_env env, napi_value value) {
    std::int32_t integer = 0;
    napi_get_value_int32(env, value, &integer);
    return integer;
}

/// Returns the text that `copy`, called with a buffer and its size, copies as functions of Weft do;
/// undefined if there is none.
template <class Copy>
napi_value copied_text(napi_env env, Copy&& copy) {
    const std::size_t size = copy(nullptr, 0);
    if (size == WEFT_NONE) return undefined(env);
    std::string text(size + 1, '\0');
    copy(text.data(), size + 1);
    return string(env, text.data(), size);
}

/// Returns Node.js's name of a system error, such as ECONNREFUSED, or Weft's name of its own.
inline std::string code_of(int error) {
    if (error < WEFT_E_SYSTEM) return weft_error_name(error);
    char name[64];
    return uv_err_name_r(WEFT_E_SYSTEM - error, name, sizeof name);
}

inline napi_value make_error(napi_env env, int error, const std::string& text) {
    napi_value made = nullptr;
    napi_create_error(env, string(env, code_of(error).c_str()), string(env, text.c_str()), &made);
    napi_set_named_property(env, made, "errno", number(env, error));
    return made;
}

/// Throws the error of a call that has failed; returns whether there was one.
inline bool thrown(napi_env env, int error) {
    if (error == WEFT_OK) return false;
    const std::string detail = weft_error_detail();
    std::string text = weft_error_text(error);
    if (!detail.empty()) text += ": " + detail;
    napi_throw(env, make_error(env, error, text));
    return true;
}

/// Makes a value that holds `what`. An object, because Node.js leaks externals of its own kind when
/// a worker ends.
inline napi_value opaque(napi_env env, void* what, napi_finalize collected) {
    napi_value made = nullptr;
    napi_create_object(env, &made);
    napi_wrap(env, made, what, collected, nullptr, nullptr);
    return made;
}

/// Returns what `opaque` has put into a value, or null.
template <class Type>
Type* held(napi_env env, napi_value value) {
    void* found = nullptr;
    if (!value || napi_unwrap(env, value, &found) != napi_ok) return nullptr;
    return static_cast<Type*>(found);
}

/// The bytes of a Uint8Array. weft.js passes bytes of every kind as one.
struct bytes {
    void* data = nullptr;
    std::size_t size = 0;
};

inline std::optional<bytes> bytes_of(napi_env env, napi_value value) {
    bytes found;
    bool matches = false;
    if (napi_is_typedarray(env, value, &matches) != napi_ok || !matches) return std::nullopt;
    napi_get_typedarray_info(env, value, nullptr, &found.size, &found.data, nullptr, nullptr);
    return found;
}

/// A JavaScript object with options. The strings that it returns live as long as it does.
class options {
public:
    options(napi_env env, napi_value object) : env_(env), object_(object) {}

    [[nodiscard]] napi_value member(const char* name) const {
        napi_value found = nullptr;
        if (!is(env_, object_, napi_object)) return nullptr;
        if (napi_get_named_property(env_, object_, name, &found) != napi_ok) return nullptr;
        return is(env_, found, napi_undefined) ? nullptr : found;
    }

    [[nodiscard]] bool has(const char* name) const { return member(name) != nullptr; }

    [[nodiscard]] double number(const char* name) const {
        double value = 0;
        if (const auto found = member(name)) napi_get_value_double(env_, found, &value);
        return value;
    }

    template <class Integer>
    void read(const char* name, Integer& to) const {
        to = static_cast<Integer>(number(name));
    }

    void read_flag(const char* name, int& to) const {
        const auto found = member(name);
        to = found && flag_of(env_, found);
    }

    /// Milliseconds; Infinity is "never".
    void read_timeout(const char* name, std::int64_t& to) const {
        const double value = number(name);
        to = std::isinf(value) ? WEFT_NEVER : static_cast<std::int64_t>(std::ceil(value));
    }

    void read(const char* name, const char*& to) {
        const auto found = member(name);
        to = found ? keep(found) : nullptr;
    }

    const char* keep(napi_value text) { return kept_.emplace_back(text_of(env_, text)).c_str(); }

    /// The strings of an array.
    std::vector<const char*> texts(const char* name) {
        std::vector<const char*> all;
        std::uint32_t count = 0;
        const auto array = member(name);
        if (!array || napi_get_array_length(env_, array, &count) != napi_ok) return all;
        for (std::uint32_t i = 0; i < count; ++i) {
            napi_value text = nullptr;
            napi_get_element(env_, array, i, &text);
            all.push_back(keep(text));
        }
        return all;
    }

private:
    napi_env env_;
    napi_value object_;
    std::deque<std::string> kept_;
};

inline std::vector<weft_header> headers_of(options& from) {
    std::vector<weft_header> lines;
    const auto texts = from.texts("headers"); // names and values in turn
    for (std::size_t i = 0; i + 1 < texts.size(); i += 2) lines.push_back({texts[i], texts[i + 1]});
    return lines;
}

/// A structure of Weft that begins with its size, with all else 0.
template <class Type>
Type sized() {
    Type made{};
    made.struct_size = sizeof made;
    return made;
}

inline weft_connection_options connection_options(const options& from) {
    auto made = sized<weft_connection_options>();
    from.read("messageSizeMax", made.message_size_max);
    from.read("queueSizeMax", made.queue_size_max);
    from.read("whenFull", made.when_full);
    from.read_flag("compression", made.compression);
    from.read_flag("keepHandshake", made.keep_handshake);
    from.read_timeout("handshakeTimeout", made.handshake_timeout_ms);
    from.read_timeout("closeTimeout", made.close_timeout_ms);
    from.read_timeout("idleTimeout", made.idle_timeout_ms);
    from.read_timeout("pingInterval", made.ping_interval_ms);
    from.read_timeout("pongTimeout", made.pong_timeout_ms);
    from.read_timeout("writeStallTimeout", made.write_stall_timeout_ms);
    from.read_timeout("messageTimeout", made.message_timeout_ms);
    return made;
}

} // namespace weft_node
