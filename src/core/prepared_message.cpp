// SPDX-License-Identifier: MIT
// The frames of a prepared message: one that is not compressed, and a list of compressed ones, to
// which threads add without a lock.
#include <weft/core/prepared_message.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include <weft/core/frame.hpp>

#include "core/session_extra.hpp"

namespace weft {

/// The frames of one message. They live as long as the content, and do not change.
struct prepared_message::content {
    /// A frame in memory of its exact size.
    struct frame_memory {
        std::unique_ptr<std::byte[]> bytes = {};
        std::size_t size = 0;
        std::size_t header_size = 0;

        [[nodiscard]] encoded view() const noexcept { return {{bytes.get(), size}, header_size}; }
    };

    /// The message, compressed with one set of parameters.
    struct compressed_form {
        std::string settings;
        frame_memory frame; // empty if compression does not make the message smaller
        std::unique_ptr<compressed_form> next = {};
    };

    content(message whole, compression wish)
        : frame(encode(whole.is_text(), 0, whole.bytes())), is_text(whole.is_text()), choice(wish) {
    }
    content(const content&) = delete;
    content& operator=(const content&) = delete;
    ~content() {
        std::unique_ptr<compressed_form> first(forms.load(std::memory_order_acquire));
        while (first) first = std::move(first->next);
    }

    static frame_memory encode(bool is_text, unsigned reserved, std::span<const std::byte> payload);
    static frame_memory compress(message whole, message_codec& codec);

    [[nodiscard]] const compressed_form* find(std::string_view settings) const noexcept {
        const auto* one = forms.load(std::memory_order_acquire);
        while (one && one->settings != settings) one = one->next.get();
        return one;
    }

    const compressed_form* add(std::unique_ptr<compressed_form> made) noexcept;

    const frame_memory frame;
    const bool is_text;
    const compression choice;
    std::atomic<compressed_form*> forms = nullptr;
};

/// Returns the whole `payload` as one frame of a server, with the RSV bits of `reserved`.
prepared_message::content::frame_memory
prepared_message::content::encode(bool is_text, unsigned reserved,
                                  std::span<const std::byte> payload) {
    const auto code = is_text ? opcode::text : opcode::binary;
    const auto bits = static_cast<std::uint8_t>(reserved);
    const frame_header header{code, true, false, bits, {}, payload.size()};
    frame_memory made;
    made.header_size = encoded_size(header);
    made.size = made.header_size + payload.size();
    made.bytes = std::make_unique_for_overwrite<std::byte[]>(made.size);
    encode_frame_header(header, made.bytes.get());
    if (!payload.empty()) {
        std::memcpy(made.bytes.get() + made.header_size, payload.data(), payload.size());
    }
    return made;
}

prepared_message::content::frame_memory prepared_message::content::compress(message whole,
                                                                            message_codec& codec) {
    if (whole.size() < compressed_size_min) return {};
    const std::size_t room = std::min(codec.bound(whole.size()), whole.size() - 1);
    const auto to = std::make_unique_for_overwrite<std::byte[]>(room);
    codec_work work(codec.begin_shared_encoding());
    const auto step = work->run(whole.bytes(), {to.get(), room}, true);
    if (!step || !step->done) return {};
    auto made = encode(whole.is_text(), compressed_bit, {to.get(), step->written});
    complete(work);
    return made;
}

/// Adds a form. If another thread has added the same meanwhile, both are kept.
const prepared_message::content::compressed_form*
prepared_message::content::add(std::unique_ptr<compressed_form> made) noexcept {
    compressed_form* const added = made.release();
    compressed_form* first = forms.load(std::memory_order_relaxed);
    do {
        static_cast<void>(added->next.release());
        added->next.reset(first);
    } while (!forms.compare_exchange_weak(first, added, std::memory_order_acq_rel));
    return added;
}

prepared_message::prepared_message(message whole, compression choice)
    : content_(std::make_shared<content>(whole, choice)) {}

message prepared_message::whole() const noexcept {
    return {plain().payload(), content_->is_text};
}

compression prepared_message::choice() const noexcept {
    return content_->choice;
}

prepared_message::encoded prepared_message::plain() const noexcept {
    return content_->frame.view();
}

prepared_message::encoded prepared_message::compressed(message_codec& codec) const {
    const auto settings = codec.shared_settings();
    const content::compressed_form* form = content_->find(settings);
    if (!form) {
        auto made = std::make_unique<content::compressed_form>();
        made->settings = settings;
        made->frame = content::compress(whole(), codec);
        form = content_->add(std::move(made));
    }
    return form->frame.view();
}

shared_bytes prepared_message::share(std::span<const std::byte> bytes) const noexcept {
    return {bytes, content_};
}

} // namespace weft
