// SPDX-License-Identifier: MIT
// Collects the fields of an entry of the log, without an allocation of its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <weft/core/log_record.hpp>

namespace weft {

class log_fields {
public:
    /// Adds a text, unless it is empty. It must outlive this.
    void add(std::string_view name, std::string_view text) noexcept {
        if (!text.empty()) fields_[count_++] = {name, text, {}};
    }

    void add_number(std::string_view name, std::uint64_t number) noexcept {
        fields_[count_++] = {name, {}, static_cast<std::int64_t>(number)};
    }

    [[nodiscard]] std::span<const log_field> all() const noexcept {
        return std::span(fields_).first(count_);
    }

private:
    std::array<log_field, 16> fields_{};
    std::size_t count_ = 0;
};

} // namespace weft
