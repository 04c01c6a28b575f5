// SPDX-License-Identifier: MIT
// Names that need no resolver: in hosts files, and those that everybody knows.
#include <fstream>

#include <gtest/gtest.h>

#include "loop/hosts_file.hpp"
#include "loop/known_names.hpp"
#include "loop/system.hpp"

namespace weft::testing {
namespace {

/// Addresses, one after the other.
std::string listed(const std::vector<address>& all) {
    std::string text;
    for (const auto& one : all) text += (text.empty() ? "" : " ") + one.str();
    return text;
}

std::string in_hosts(std::string_view text, std::string_view name) {
    return listed(addresses_in_hosts(text, name, 80));
}

TEST(hosts_file, gives_both_families_in_order) {
    EXPECT_EQ(in_hosts("10.0.0.1 one\n10.0.0.2 two\n::2 two\n10.0.0.3 two\n", "two"),
              "10.0.0.2:80 [::2]:80 10.0.0.3:80");
    EXPECT_EQ(in_hosts("10.0.0.1 one\n", "two"), "");
    EXPECT_EQ(in_hosts("", "two"), "");
}

TEST(hosts_file, knows_aliases_in_any_case) {
    const auto text = "10.0.0.1\tdb.example.org DB  database\t\n";
    for (const char* name : {"db", "Db", "DATABASE", "db.example.org", "db.example.org."}) {
        EXPECT_EQ(in_hosts(text, name), "10.0.0.1:80") << name;
    }
    EXPECT_EQ(in_hosts(text, "example.org"), "");
    EXPECT_EQ(in_hosts(text, "10.0.0.1"), "") << "the address is not a name";
    EXPECT_EQ(in_hosts(text, ""), "");
}

TEST(hosts_file, skips_comments_and_nonsense) {
    EXPECT_EQ(in_hosts("# 10.0.0.1 a\n\n  \t\n10.0.0.2 b # a\n10.0.0.3#a\n", "a"), "");
    EXPECT_EQ(in_hosts("  10.0.0.2 a#b\r\n300.1.1.1 a\nname a\n10.0.0.4", "a"), "10.0.0.2:80");
    EXPECT_EQ(in_hosts("10.0.0.2 a", "a"), "10.0.0.2:80") << "without a line end";
}

TEST(hosts_file, is_read_again_and_may_be_missing) {
    const std::string path = ::testing::TempDir() + "weft_hosts_file_test";
    std::ofstream(path) << "10.0.0.1 a\n";
    EXPECT_EQ(*read_hosts_file(path), "10.0.0.1 a\n");
    const std::string large(100'000, 'x');
    std::ofstream(path) << large;
    EXPECT_EQ(*read_hosts_file(path), large);
    std::remove(path.c_str());
    EXPECT_EQ(*read_hosts_file(path), "");
    EXPECT_EQ(*read_hosts_file(""), "");
    EXPECT_EQ(read_hosts_file("/").error(), std::errc::is_a_directory);
    EXPECT_EQ(read_hosts_file("/dev/null/hosts").error(), std::errc::not_a_directory);
}

TEST(known_names, are_numeric_addresses_and_localhost) {
    EXPECT_EQ(listed(known_addresses("10.0.0.1", 80)), "10.0.0.1:80");
    EXPECT_EQ(listed(known_addresses("::2", 80)), "[::2]:80");
    for (const char* local : {"localhost", "LocalHost", "localhost.", "app.localhost"}) {
        EXPECT_EQ(listed(known_addresses(local, 80)), "[::1]:80 127.0.0.1:80") << local;
    }
    for (const char* other : {"", ".", "host", "notlocalhost", "localhost.example", "1.2.3"}) {
        EXPECT_EQ(listed(known_addresses(other, 80)), "") << other;
    }
}

// The loopback interface has the index 1 on Linux, and is there on every machine.
TEST(known_names, are_addresses_with_the_name_of_an_interface) {
    const auto index = interface_index("lo");
    if (index == 0) GTEST_SKIP() << "no interface is called lo";
    const auto text = "[fe80::1%" + std::to_string(index) + "]:80";
    EXPECT_EQ(listed(known_addresses("fe80::1%lo", 80)), text);
    EXPECT_EQ(listed(known_addresses("[fe80::1%lo]", 80)), text);
    EXPECT_EQ(listed(known_addresses("fe80::1%" + std::to_string(index), 80)), text);
    for (const char* other : {"fe80::1%", "fe80::1%nowhere", "127.0.0.1%lo", "host%lo", "%lo",
                              "[fe80::1%lo", "fe80::1%a name that is much too long"}) {
        EXPECT_EQ(listed(known_addresses(other, 80)), "") << other;
    }
}

} // namespace
} // namespace weft::testing
