// SPDX-License-Identifier: MIT
// Walks over members and over driver observers, against a model: whatever is added, removed and
// walked from inside a walk, it visits all that are there from its beginning to its end exactly
// once.
#include <weft/stream/observer_list.hpp>

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <vector>

#include <weft/testing/dice.hpp>

#include "stream/member_table.hpp"

namespace weft {
namespace {

using testing::dice;

struct table_under_test {
    struct item {
        explicit item(int named) : number(named) {}
        int number;
        std::uint32_t index_ = 0;
    };

    void add(item& added) {
        table.reserve_one();
        table.add(added);
    }
    void remove(item& gone) { table.remove(gone); }
    template <class Visit>
    void for_each(Visit&& visit) {
        table.for_each(visit);
    }

    member_table<item> table;
};

struct list_under_test {
    struct item final : driver_observer {
        explicit item(int named) : number(named) {}
        void on_interrupt() override {}
        void on_driver_closed() noexcept override {}
        int number;
    };

    void add(item& added) { list.add(added); }
    void remove(item& gone) {
        list.remove(gone);
        list.remove(gone); // the second time does nothing
    }
    template <class Visit>
    void for_each(Visit&& visit) {
        list.for_each([&](driver_observer& which) { visit(static_cast<item&>(which)); });
    }

    observer_list list;
};

/// Does to the tested list and to a set of numbers what the dice say.
template <class Tested>
class model {
public:
    explicit model(std::uint64_t seed) : dice_(seed) {
        for (std::size_t left = dice_.below(12); left != 0; --left) add();
    }

    void walk(int depth = 0) {
        std::set<int> due; // there since the beginning, and not visited yet
        for (const auto& each : items_) due.insert(each.first);
        due_of_walks_.push_back(&due);
        std::set<int> visited;
        tested_.for_each([&](typename Tested::item& which) {
            EXPECT_TRUE(items_.contains(which.number)) << "visited after it was removed";
            EXPECT_TRUE(visited.insert(which.number).second) << "visited twice";
            EXPECT_EQ(due.erase(which.number), 1U) << "visited, but added later";
            change(depth);
        });
        EXPECT_TRUE(due.empty()) << due.size() << " were not visited";
        due_of_walks_.pop_back();
    }

private:
    void change(int depth) {
        for (std::size_t left = dice_.below(4); left != 0; --left) {
            switch (dice_.below(depth < 3 ? 6 : 4)) {
            case 0:
            case 1: add(); break;
            case 2:
            case 3: remove(); break;
            default: walk(depth + 1); break;
            }
        }
    }

    void add() {
        if (items_.size() >= 16) return;
        auto added = std::make_unique<typename Tested::item>(next_number_++);
        tested_.add(*added);
        items_.emplace(added->number, std::move(added));
    }

    void remove() {
        if (items_.empty()) return;
        const auto gone = std::next(items_.begin(), static_cast<int>(dice_.below(items_.size())));
        for (auto* due : due_of_walks_) due->erase(gone->first);
        tested_.remove(*gone->second);
        items_.erase(gone);
    }

    dice dice_;
    std::map<int, std::unique_ptr<typename Tested::item>> items_;
    Tested tested_;
    std::vector<std::set<int>*> due_of_walks_;
    int next_number_ = 0;
};

template <class Tested>
class walks : public ::testing::Test {};

using both = ::testing::Types<table_under_test, list_under_test>;
TYPED_TEST_SUITE(walks, both);

TYPED_TEST(walks, agree_with_a_model) {
    for (std::uint64_t seed = 0; seed < 400 && !this->HasFailure(); ++seed) {
        SCOPED_TRACE(seed);
        model<TypeParam> run(seed);
        run.walk();
        run.walk();
    }
}

TYPED_TEST(walks, see_all_when_they_nest) {
    TypeParam tested;
    std::vector<std::unique_ptr<typename TypeParam::item>> items;
    for (int i = 0; i < 4; ++i) {
        items.push_back(std::make_unique<typename TypeParam::item>(i));
        tested.add(*items.back());
    }
    int outer = 0;
    tested.for_each([&](auto&) {
        ++outer;
        int inner = 0;
        tested.for_each([&](auto&) { ++inner; });
        EXPECT_EQ(inner, 4);
    });
    EXPECT_EQ(outer, 4);
}

} // namespace
} // namespace weft
