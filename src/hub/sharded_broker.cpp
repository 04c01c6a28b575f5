// SPDX-License-Identifier: MIT
// Chooses the shard of each topic, and opens a session with each shard.
#include <weft/hub/sharded_broker.hpp>

#include <algorithm>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <utility>

#include <weft/core/error.hpp>

namespace weft {
namespace {

/// FNV-1a: the same on every machine and in every version.
std::uint64_t hash_of(std::string_view text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char byte : text) {
        hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    }
    return hash;
}

/// The last step of MurmurHash3, so that each bit of the result depends on all bits of `hash`.
std::uint64_t mixed(std::uint64_t hash) noexcept {
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
    return hash ^ (hash >> 33);
}

} // namespace

struct sharded_broker::ring {
    std::vector<broker_shard> shards;
    std::vector<std::uint64_t> hashes; // of their names

    [[nodiscard]] std::size_t index_of(std::string_view topic) const noexcept {
        const std::uint64_t hash = mixed(hash_of(topic));
        std::size_t best = 0;
        std::uint64_t best_score = 0;
        for (std::size_t i = 0; i < shards.size(); ++i) {
            const std::uint64_t score = mixed(hash ^ hashes[i]);
            if (i != 0 && score <= best_score) continue;
            best = i;
            best_score = score;
        }
        return best;
    }
};

/// A completion or the client may destroy the session during any of its functions.
class sharded_broker::session final : public broker_session {
public:
    explicit session(std::shared_ptr<const ring> over) : ring_(std::move(over)) {
        parts_.reserve(ring_->shards.size());
    }

    void open(broker_client& client, driver& on) {
        for (const auto& one : ring_->shards) parts_.push_back(one.broker->open(client, on));
    }

    void subscribe(std::string_view topic, topic_match how, completion<position> done) override {
        if (how == topic_match::exact) return part(topic).subscribe(topic, how, std::move(done));
        subscribe_to_all(topic, std::move(done));
    }

    void unsubscribe(std::string_view topic, topic_match how) noexcept override {
        if (how == topic_match::exact) return part(topic).unsubscribe(topic, how);
        const std::weak_ptr<bool> exists = exists_;
        for (std::size_t i = 0; !exists.expired() && i < parts_.size(); ++i) {
            parts_[i]->unsubscribe(topic, how);
        }
    }

    void publish(std::string_view topic, publication what, const publish_options& options,
                 const history_limits& history, completion<position> done) override {
        part(topic).publish(topic, std::move(what), options, history, std::move(done));
    }

    void history(std::string_view topic, const history_query& query,
                 completion<history_page> done) override {
        part(topic).history(topic, query, std::move(done));
    }

    void enter(std::string_view topic, const presence_entry& who) override {
        part(topic).enter(topic, who);
    }

    void leave(std::string_view topic, std::string_view id) noexcept override {
        part(topic).leave(topic, id);
    }

    void presence(std::string_view topic,
                  completion<std::vector<presence_entry>> done) override {
        part(topic).presence(topic, std::move(done));
    }

private:
    /// The outcome of the same operation on all shards: the first error, if there is one.
    struct joint_outcome {
        completion<position> done;
        std::size_t left = 0;
        std::error_code why = {};

        void add(std::error_code error) {
            if (!why) why = error;
            if (--left != 0 || !done) return;
            auto last = std::move(done);
            if (why) return last(failure(why));
            last(position());
        }
    };

    [[nodiscard]] broker_session& part(std::string_view topic) const noexcept {
        return *parts_[ring_->index_of(topic)];
    }

    /// Throws only if the first shard does. If memory runs out later, the outcome reports it,
    /// because the subscription already exists in a shard.
    void subscribe_to_all(std::string_view prefix, completion<position>&& done) {
        const auto all = std::make_shared<joint_outcome>();
        all->left = parts_.size();
        const std::string name(prefix);
        const auto subscribe_to = [&](broker_session& one) {
            one.subscribe(name, topic_match::prefix,
                          [all](result<position> outcome) { all->add(outcome.error()); });
        };
        all->done = std::move(done);
        const std::weak_ptr<bool> exists = exists_;
        subscribe_to(*parts_[0]);
        for (std::size_t i = 1; !exists.expired() && i < parts_.size(); ++i) {
            try {
                subscribe_to(*parts_[i]);
            } catch (const std::bad_alloc&) {
                all->add(std::make_error_code(std::errc::not_enough_memory));
            }
        }
    }

    std::shared_ptr<const ring> ring_;
    std::shared_ptr<bool> exists_ = std::make_shared<bool>(true);
    std::vector<std::unique_ptr<broker_session>> parts_; // one per shard, in the same order
};

/// Sorts the shards by name, so that the order of `shards` has no effect.
sharded_broker::sharded_broker(std::vector<broker_shard> shards) {
    std::ranges::sort(shards, {}, &broker_shard::name);
    const auto twice = std::ranges::adjacent_find(shards, {}, &broker_shard::name);
    const bool complete =
        std::ranges::all_of(shards, [](const auto& one) { return one.broker != nullptr; });
    if (shards.empty() || twice != shards.end() || !complete) {
        throw std::invalid_argument(
            "weft::sharded_broker needs one or more shards, each with a broker and its own name");
    }
    auto made = std::make_shared<ring>();
    for (const auto& one : shards) made->hashes.push_back(hash_of(one.name));
    made->shards = std::move(shards);
    ring_ = std::move(made);
}

sharded_broker::~sharded_broker() = default;

std::unique_ptr<broker_session> sharded_broker::open(broker_client& client, driver& on) {
    auto made = std::make_unique<session>(ring_);
    made->open(client, on);
    return made;
}

const std::string& sharded_broker::shard_of(std::string_view topic) const noexcept {
    return ring_->shards[ring_->index_of(topic)].name;
}

} // namespace weft
