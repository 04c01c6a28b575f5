// SPDX-License-Identifier: MIT
// Cross-site hijacking: a page elsewhere makes a browser open a WebSocket with the user's cookies.
// The defence is a look at Origin in `validate`, by comparing the whole of it. RFC 6455 §10.2.
#include "attacks/attack_fixture.hpp"

namespace weft::testing {
namespace {

/// How an application does it: browsers send one Origin, programs may send none.
bool is_from_here(const connection& who) {
    return who.request()->header_count("Origin") == 1 && who.origin() == "https://example.org";
}

class origin : public attack {
protected:
    void SetUp() override {
        attack::SetUp();
        expose("/private", {}, {.validate = [](connection& who) {
                   if (!is_from_here(who)) static_cast<void>(who.reject(403));
               }});
    }

    std::string status_for(const std::string& fields) {
        raw_peer peer = raw_peer::connected_to(port_);
        peer.send(upgrade_request("/private", "Cookie: session=1\r\n" + fields));
        EXPECT_TRUE(run_until([&] { return has_head(peer.received()); }));
        return peer.received().substr(0, 12);
    }
};

TEST_F(origin, of_another_site_is_refused) {
    for (const std::string from :
         {"https://example.org.evil.com", "https://evil-example.org",
          "https://evil.com/example.org", "https://example.org@evil.com",
          "https://example.org:8443", "http://example.org",
          "https://EXAMPLE.org", "https://sub.example.org", "https://example.org/", "null", "",
          "https://example.org https://evil.com", "https://evil.com, https://example.org"}) {
        EXPECT_EQ(status_for("Origin: " + from + "\r\n"), "HTTP/1.1 403") << from;
    }
    EXPECT_EQ(status_for(""), "HTTP/1.1 403");
    const std::string ours = "Origin: https://example.org\r\n";
    EXPECT_EQ(status_for(ours + "Origin: https://evil.com\r\n"), "HTTP/1.1 403");
    EXPECT_EQ(attacked_.opened, 0);
    EXPECT_EQ(attacked_.why.error, errc::rejected);
    EXPECT_EQ(status_for(ours), "HTTP/1.1 101");
    EXPECT_EQ(attacked_.opened, 1);
}

} // namespace
} // namespace weft::testing
