// SPDX-License-Identifier: MIT
// Descriptors that only Linux has, which are read in whole records: inotify and eventfds.
#include <sys/eventfd.h>
#include <sys/inotify.h>

#include <cstring>
#include <fstream>
#include <vector>

#include "endpoint/raw_file_fixture.hpp"

namespace weft::testing {
namespace {

class endpoint_raw_records : public endpoint_raw_file {};

TEST_P(endpoint_raw_records, hears_inotify_in_whole_records) {
    near_ = held(::inotify_init1(IN_CLOEXEC));
    ASSERT_GE(::inotify_add_watch(near_.get(), folder_.c_str(), IN_CREATE), 0);
    std::vector<std::string> names;
    file_ = adopt(near_, {.data = [&](raw_connection&, std::span<std::byte> bytes) {
                      while (!bytes.empty()) {
                          inotify_event event;
                          std::memcpy(&event, bytes.data(), sizeof(event));
                          names.emplace_back(
                              reinterpret_cast<const char*>(bytes.data() + sizeof(event)));
                          bytes = bytes.subspan(sizeof(event) + event.len);
                      }
                  }});
    for (int file = 0; file < 600; ++file) {
        std::ofstream(folder_ / ("file-" + std::to_string(file)));
    }
    EXPECT_TRUE(run_until([&] { return names.size() == 600; })) << names.size();
    EXPECT_EQ(names.back(), "file-599");
}

TEST_P(endpoint_raw_records, counts_with_an_eventfd) {
    near_ = held(::eventfd(0, EFD_CLOEXEC));
    const std::uint64_t three = 3;
    std::uint64_t received = 0;
    file_ = adopt(near_, {.data = [&](raw_connection&, std::span<std::byte> bytes) {
                      ASSERT_EQ(bytes.size(), sizeof(received));
                      std::memcpy(&received, bytes.data(), sizeof(received));
                  }});
    file_->send(std::as_bytes(std::span(&three, 1)));
    EXPECT_TRUE(run_until([&] { return received == 3; }));
    file_->close();
    EXPECT_TRUE(ended());
}

WEFT_IN_EVERY_WAY(endpoint_raw_records);

} // namespace
} // namespace weft::testing
