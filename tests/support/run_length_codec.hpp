// SPDX-License-Identifier: MIT
// A compression extension for tests: runs of equal bytes become pairs of a count and a byte. It can
// make messages shorter or longer, holds bytes back, and can keep a context between messages.
#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/core/extension.hpp>

#include "support/frame_builder.hpp"

namespace weft::testing {

/// Options of the codec.
struct run_length_options {
    bool context = false; ///< a byte stands for its difference from the one before, across messages
    std::size_t size_min = 8; ///< shorter messages are compressed only with `compression::on`
    bool allocates = true;    ///< each stream takes memory, a decoder also while it runs
};

/// A message is pairs of a count (1 to 255) and a byte; a count of 0 ends it, and nothing follows.
class run_length_codec final : public message_codec {
public:
    explicit run_length_codec(run_length_options like = {}, std::string agreed = "x-run-length")
        : like_(like), agreed_(std::move(agreed)) {}
    ~run_length_codec() override { assert(encoders_ == 0 && decoders_ == 0); }

    std::string_view agreed() const noexcept override { return agreed_; }
    bool encodes(std::size_t size, bool) const noexcept override { return size >= like_.size_min; }
    std::size_t bound(std::size_t size) const noexcept override { return 2 * size + 3; }
    std::size_t memory_used() const noexcept override { return like_.context ? 1000 : 0; }

    codec_stream* begin_encoding() override {
        auto* const made = new encoder(*this);
        ++encoders_;
        return made;
    }
    codec_stream* begin_decoding() override {
        auto* const made = new decoder(*this);
        ++decoders_;
        return made;
    }

    std::size_t completed = 0; ///< messages, both ways
    std::size_t given_up = 0;

private:
    class encoder final : public codec_stream {
    public:
        explicit encoder(run_length_codec& of) : of_(of), before_(of.last_sent_) {}

        result<progress> run(std::span<const std::byte> from, std::span<std::byte> to,
                             bool last) override {
            progress made;
            for (const std::byte plain : from) {
                const auto value = of_.like_.context ? plain ^ of_.last_sent_ : plain;
                if (count_ != 0 && (value != value_ || count_ == 255) && !flush(to, made)) {
                    return made;
                }
                of_.last_sent_ = plain;
                value_ = value;
                ++count_;
                ++made.read;
            }
            if (last && !(flush(to, made) && put(to, made, 0))) return made;
            made.done = true;
            return made;
        }

        void finish(bool complete) noexcept override {
            if (!complete) of_.last_sent_ = before_; // the peer has not seen it
            --of_.encoders_;
            ++(complete ? of_.completed : of_.given_up);
            delete this;
        }

    private:
        static bool put(std::span<std::byte> to, progress& made, unsigned value) {
            if (made.written == to.size()) return false;
            to[made.written++] = static_cast<std::byte>(value);
            return true;
        }
        bool flush(std::span<std::byte> to, progress& made) {
            if (count_ == 0) return true;
            if (to.size() - made.written < 2) return false;
            (void)put(to, made, count_);
            (void)put(to, made, std::to_integer<unsigned>(value_));
            count_ = 0;
            return true;
        }

        run_length_codec& of_;
        std::byte before_;
        std::byte value_{};
        unsigned count_ = 0;
    };

    class decoder final : public codec_stream {
    public:
        explicit decoder(run_length_codec& of) : of_(of) {}

        result<progress> run(std::span<const std::byte> from, std::span<std::byte> to,
                             bool last) override {
            assert(!to.empty());
            progress made;
            if (of_.like_.allocates && !memory_) memory_ = std::make_unique<int>(0);
            for (;;) {
                while (left_ != 0 && made.written < to.size()) {
                    if (of_.like_.context) of_.last_received_ ^= value_;
                    to[made.written++] = of_.like_.context ? of_.last_received_ : value_;
                    --left_;
                }
                if (left_ != 0) return made;
                if (made.read == from.size()) break;
                const std::byte next = from[made.read++];
                if (ended_) return failure(errc::bad_compressed_data);
                if (count_) {
                    left_ = *std::exchange(count_, std::nullopt);
                    value_ = next;
                } else if (next == std::byte{0}) {
                    ended_ = true;
                } else {
                    count_ = std::to_integer<unsigned>(next);
                }
            }
            if (last && !ended_) return failure(errc::bad_compressed_data);
            made.done = true;
            return made;
        }

        void finish(bool complete) noexcept override {
            --of_.decoders_;
            ++(complete ? of_.completed : of_.given_up);
            delete this;
        }

    private:
        run_length_codec& of_;
        std::optional<unsigned> count_;
        std::byte value_{};
        unsigned left_ = 0;
        bool ended_ = false;
        std::unique_ptr<int> memory_;
    };

    run_length_options like_;
    std::string agreed_;
    std::byte last_sent_{};
    std::byte last_received_{};
    int encoders_ = 0;
    int decoders_ = 0;
};

/// Offers and chooses `x-run-length`, with or without its parameter `context`.
class run_length_extension final : public extension_negotiator {
public:
    explicit run_length_extension(run_length_options like = {}) : like_(like) {}

    std::string offers = "x-run-length; context, x-run-length"; ///< of a client

    std::string offer() override { return offers; }

    message_codec_ptr choose(std::span<const extension> offered) override {
        for (const extension& one : offered) {
            if (auto codec = made_for(one)) return codec;
        }
        return nullptr;
    }

    result<message_codec_ptr> confirm(const extension& answer) override {
        auto codec = made_for(answer);
        if (!codec) return failure(errc::unexpected_extension);
        return codec;
    }

private:
    message_codec_ptr made_for(const extension& one) const {
        if (one.name != "x-run-length" || one.parameters.size() > 1) return nullptr;
        run_length_options like = like_;
        like.context = one.parameters.size() == 1;
        if (!like.context) return message_codec_ptr(new run_length_codec(like));
        if (one.parameters[0] != extension_parameter{"context"}) return nullptr;
        return message_codec_ptr(new run_length_codec(like, "x-run-length; context"));
    }

    run_length_options like_;
};

/// `text` as the codec encodes it, without a context.
inline std::string run_lengths(std::string_view text) {
    std::string encoded;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && text[end] == text[at] && end - at < 255) ++end;
        encoded += {static_cast<char>(end - at), text[at]};
        at = end;
    }
    return encoded + '\0';
}

} // namespace weft::testing
