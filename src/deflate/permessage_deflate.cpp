// SPDX-License-Identifier: MIT
// Negotiation of permessage-deflate for both roles. RFC 7692 §5 and §7.1.
#include <weft/deflate/permessage_deflate.hpp>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include <weft/core/error.hpp>

#include "deflate/deflate_codec.hpp"
#include "deflate/deflate_parameters.hpp"

namespace weft {
namespace {

void require(bool valid, const char* what) {
    if (!valid) throw std::invalid_argument(what);
}

bool is_in(int value, int least, int most) noexcept {
    return least <= value && value <= most;
}

/// Returns the smaller of our limit and the peer's, if it has one.
int smaller(int ours, const std::optional<int>& peers) noexcept {
    return std::min(ours, peers.value_or(window_bits_max));
}

} // namespace

/// The codecs that connections share, one for each set of parameters as seen from this side: a
/// client and a server read the same answer in opposite ways. Handshakes may run on several
/// threads.
class permessage_deflate::shared_codecs {
public:
    message_codec_ptr find_or_make(agreed_deflate agreed) {
        const std::scoped_lock lock(mutex_);
        for (const auto& one : codecs_) {
            auto& codec = static_cast<deflate_codec&>(*one);
            if (codec.parameters() == agreed) return codec.share();
        }
        auto* const made = new deflate_codec(std::move(agreed));
        message_codec_ptr owned(made);
        if (!made->sharable()) return owned;
        codecs_.push_back(std::move(owned));
        return made->share();
    }

private:
    std::mutex mutex_;
    std::vector<message_codec_ptr> codecs_;
};

permessage_deflate::permessage_deflate(const deflate_options& options)
    : options_(options), codecs_(std::make_unique<shared_codecs>()),
      counters_(std::make_shared<deflate_counters>()) {
    require(is_in(options.sending.window_bits, 8, window_bits_max),
            "deflate_options::sending.window_bits is not 8 to 15");
    require(is_in(options.receiving.window_bits, 8, window_bits_max),
            "deflate_options::receiving.window_bits is not 8 to 15");
    require(is_in(options.level, 1, 9), "deflate_options::level is not 1 to 9");
    require(is_in(options.memory_level, 1, 9), "deflate_options::memory_level is not 1 to 9");
}

permessage_deflate::~permessage_deflate() = default;

deflate_totals permessage_deflate::totals() const noexcept {
    return {counters_->sent, counters_->sent_compressed, counters_->received,
            counters_->received_compressed};
}

/// Offers that the server may limit our window, as a compressor for any window is available.
std::string permessage_deflate::offer() {
    deflate_parameters offered;
    offered.server_no_context_takeover = !options_.receiving.context_takeover;
    offered.client_no_context_takeover = !options_.sending.context_takeover;
    const int server_bits = options_.receiving.window_bits;
    const int client_bits = options_.sending.window_bits;
    if (server_bits != window_bits_max) offered.server_max_window_bits = server_bits;
    if (client_bits != window_bits_max) offered.client_max_window_bits = client_bits;
    offered.client_max_window_bits_without_value = client_bits == window_bits_max;
    return to_string(offered);
}

message_codec_ptr permessage_deflate::choose(std::span<const extension> offers) {
    for (const extension& one : offers) {
        const auto offered = parse_offer(one);
        if (!offered) continue;
        const auto& [sending, receiving] = std::pair(options_.sending, options_.receiving);
        deflate_parameters answer;
        answer.server_no_context_takeover =
            offered->server_no_context_takeover || !sending.context_takeover;
        answer.client_no_context_takeover =
            offered->client_no_context_takeover || !receiving.context_takeover;
        const int server_bits = smaller(sending.window_bits, offered->server_max_window_bits);
        if (server_bits != window_bits_max || offered->server_max_window_bits) {
            answer.server_max_window_bits = server_bits;
        }
        int client_bits = window_bits_max;
        if (offered->client_max_window_bits || offered->client_max_window_bits_without_value) {
            client_bits = smaller(receiving.window_bits, offered->client_max_window_bits);
            if (client_bits != window_bits_max) answer.client_max_window_bits = client_bits;
        }
        return codecs_->find_or_make({to_string(answer),
                                      {server_bits, options_.level, options_.memory_level},
                                      !answer.server_no_context_takeover,
                                      client_bits,
                                      !answer.client_no_context_takeover,
                                      options_.size_min,
                                      counters_});
    }
    return nullptr;
}

result<message_codec_ptr> permessage_deflate::confirm(const extension& answer) {
    if (answer.name != "permessage-deflate") return failure(errc::unexpected_extension);
    const auto chosen = parse_answer(answer);
    if (!chosen) return failure(errc::bad_extension);
    const auto& [sending, receiving] = std::pair(options_.sending, options_.receiving);
    const int server_bits = chosen->server_max_window_bits.value_or(window_bits_max);
    const bool keeps_context = !chosen->server_no_context_takeover;
    if (server_bits > receiving.window_bits || (keeps_context && !receiving.context_takeover)) {
        return failure(errc::unexpected_extension);
    }
    return codecs_->find_or_make(
        {to_string(*chosen),
         {smaller(sending.window_bits, chosen->client_max_window_bits), options_.level,
          options_.memory_level},
         sending.context_takeover && !chosen->client_no_context_takeover,
         server_bits,
         keeps_context,
         options_.size_min,
         counters_});
}

} // namespace weft
