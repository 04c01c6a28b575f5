// SPDX-License-Identifier: MIT
// Adds and removes topics.
#include "hub/topic_table.hpp"

#include <new>
#include <utility>

namespace weft {

topic& topic_table::find_or_add(std::string_view name, bool prefix) {
    if (topic* const known = find(name, prefix)) return *known;
    auto made = std::make_unique<topic>();
    made->name = name;
    made->prefix = prefix;
    made->serial = ++made_;
    topic& added = *made;
    table& all = prefix ? prefixes_ : topics_;
    const auto where = all.emplace(added.name, std::move(made)).first;
    try {
        if (prefix) lengths_.add(name.size());
    } catch (const std::bad_alloc&) {
        const auto last = std::move(where->second); // destroyed after its key
        all.erase(where);
        throw;
    }
    added.next = std::exchange(first_, &added);
    if (added.next) added.next->previous = &added;
    return added;
}

void topic_table::remove(topic& gone) noexcept {
    (gone.previous ? gone.previous->next : first_) = gone.next;
    if (gone.next) gone.next->previous = gone.previous;
    if (gone.prefix) lengths_.remove(gone.name.size());
    table& all = gone.prefix ? prefixes_ : topics_;
    const auto found = all.find(gone.name);
    const auto last = std::move(found->second); // destroyed after its key
    all.erase(found);
}

} // namespace weft
