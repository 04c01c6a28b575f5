// SPDX-License-Identifier: MIT
// What the tests of descriptors share: two ends that a test holds, and a raw file over one of them.
#pragma once

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "endpoint/raw_fixture.hpp"

namespace weft::testing {

/// A descriptor in the hands of a test.
class held {
public:
    held() = default;
    explicit held(int descriptor) : descriptor_(descriptor) {}
    held(held&& other) noexcept : descriptor_(other.release()) {}
    held& operator=(held&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~held() { close(); }
    [[nodiscard]] int get() const { return descriptor_; }
    int release() { return std::exchange(descriptor_, -1); }
    void close() {
        if (descriptor_ >= 0) ::close(release());
    }

private:
    int descriptor_ = -1;
};

class endpoint_raw_file : public raw_endpoint {
protected:
    void SetUp() override {
        raw_endpoint::SetUp();
        folder_ = std::filesystem::temp_directory_path() /
            ("weft-raw-file-" + std::to_string(::getpid()));
        std::filesystem::create_directory(folder_);
    }
    void TearDown() override {
        file_.reset();
        other_.reset();
        for (held* one : {&near_, &far_}) one->close();
        std::filesystem::remove_all(folder_);
        raw_endpoint::TearDown();
    }

    void make_pipe() {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe(ends.data()), 0);
        near_ = held(ends[0]);
        far_ = held(ends[1]);
    }

    /// A terminal without line editing: `near_` is the side of the hardware.
    void make_terminal() {
        near_ = held(::posix_openpt(O_RDWR | O_NOCTTY));
        ASSERT_EQ(::grantpt(near_.get()), 0);
        ASSERT_EQ(::unlockpt(near_.get()), 0);
        far_ = held(::open(::ptsname(near_.get()), O_RDWR | O_NOCTTY));
        termios raw{};
        ASSERT_EQ(::tcgetattr(far_.get(), &raw), 0);
        ::cfmakeraw(&raw);
        ASSERT_EQ(::tcsetattr(far_.get(), TCSANOW, &raw), 0);
    }

    raw_file adopt(held& which, raw_handlers more = {}, const raw_options& options = {}) {
        auto made = raw_file::adopt(loop(), which.get(), outbound_.noted(std::move(more)), options);
        EXPECT_TRUE(made) << made.error().message();
        static_cast<void>(which.release());
        return std::move(*made);
    }

    static void write_to(const held& which, std::string_view text) {
        ASSERT_EQ(::write(which.get(), text.data(), text.size()),
                  static_cast<ssize_t>(text.size()));
    }

    std::string read_from(const held& which) {
        std::array<char, 65536> buffer;
        ::fcntl(which.get(), F_SETFL, O_NONBLOCK);
        std::string all;
        ssize_t count;
        while ((count = ::read(which.get(), buffer.data(), buffer.size())) > 0) {
            all.append(buffer.data(), static_cast<std::size_t>(count));
        }
        return all;
    }

    bool ended() {
        return run_until([&] { return outbound_.ended(); });
    }

    /// Turns in which nothing may happen.
    void idle() {
        for (int turns = 0; turns < 5; ++turns) {
            run_until([asked = 0]() mutable { return ++asked == 2; });
        }
    }

    std::filesystem::path folder_;
    held near_, far_;
    std::optional<raw_file> file_, other_;
};

} // namespace weft::testing
