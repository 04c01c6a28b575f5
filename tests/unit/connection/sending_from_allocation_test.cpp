// SPDX-License-Identifier: MIT
// Every allocation of a message from a source fails once: the call throws and has done nothing, or
// the connection ends alone and says so.
#include <algorithm>
#include <string>

#include "counted_ends.hpp"

namespace weft::testing {
namespace {

TEST(connection_allocation, messages_from_sources_and_what_waits_behind_them) {
    const std::string behind(20'000, 'b');
    fail_each_allocation([&](scarce_memory& memory) {
        ends here;
        here.capacity = 20'000;
        here.open();
        const auto source = [] {
            return message_source::reading([left = 100'000UL](std::span<std::byte> to) mutable {
                const auto size = std::min<std::size_t>(left, to.size());
                std::fill_n(to.begin(), size, std::byte{'s'});
                left -= size;
                return size;
            });
        };
        // The server echoes the client's message.
        const bool called = memory.during([&] {
            here.at_server.last->send_from(source());
            here.at_client.last->send_from(source());
            here.driver.settle();
            if (here.at_server.last) here.at_server.last->send_from(source());
            if (here.at_server.last) here.at_server.last->send(message(behind));
        });
        memory.during([&] { here.driver.settle(); });
        const bool arrived = here.at_client.messages == 4 && here.at_client.bytes == 320'000;
        EXPECT_TRUE(arrived || !called || here.said_so());
        EXPECT_TRUE(memory.ran_out() || arrived);
        here.expect_order();
    });
}

} // namespace
} // namespace weft::testing
