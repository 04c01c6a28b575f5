// SPDX-License-Identifier: MIT
// Adds and removes topics.
#include "hub/topic_table.hpp"

namespace weft {

topic& topic_table::find_or_add(std::string_view name, bool prefix) {
    if (topic* const known = find(name, prefix)) return *known;
    auto made = std::make_unique<topic>();
    made->name = name;
    made->prefix = prefix;
    made->serial = ++made_;
    topic& added = *made;
    if (!prefix) {
        topics_.emplace(added.name, std::move(made));
        return added;
    }
    std::size_t& count = lengths_[name.size()];
    prefixes_.emplace(added.name, std::move(made));
    ++count;
    return added;
}

void topic_table::remove(topic& gone) noexcept {
    auto& all = gone.prefix ? prefixes_ : topics_;
    if (gone.prefix) {
        const auto length = lengths_.find(gone.name.size());
        if (--length->second == 0) lengths_.erase(length);
    }
    const auto found = all.find(gone.name);
    const auto last = std::move(found->second); // destroyed after its key
    all.erase(found);
}

} // namespace weft
