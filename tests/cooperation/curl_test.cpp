// SPDX-License-Identifier: MIT
// Weft and libcurl on one host: a WebSocket client asks, libcurl fetches that over HTTP, from a
// server of Weft's on the same loop, and its callback answers. All of it on one thread.
#include <curl/curl.h>

#include <functional>

#include <gtest/gtest.h>

#include <weft/weft.hpp>

#include "curl_place.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

using curl_registration = place_registration<curl_place>;

/// Transfers by libcurl's multi-socket interface, driven by a place.
class fetcher {
public:
    explicit fetcher(curl_place& where) : where_(where) {
        curl_multi_setopt(all_, CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(all_, CURLMOPT_SOCKETFUNCTION, on_socket);
        curl_multi_setopt(all_, CURLMOPT_TIMERDATA, this);
        curl_multi_setopt(all_, CURLMOPT_TIMERFUNCTION, on_timer);
        where_.ready = [this](int descriptor, bool readable, bool writable) {
            act(descriptor, (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0));
        };
        where_.rings = [this] { act(CURL_SOCKET_TIMEOUT, 0); };
    }
    fetcher(const fetcher&) = delete;
    fetcher& operator=(const fetcher&) = delete;
    ~fetcher() { curl_multi_cleanup(all_); }

    void get(const std::string& url, std::function<void(std::string)> done) {
        auto* next = new transfer{{}, std::move(done)};
        CURL* easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
        curl_easy_setopt(easy, CURLOPT_PRIVATE, next);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, &next->body);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
        curl_multi_add_handle(all_, easy);
    }

private:
    struct transfer {
        std::string body;
        std::function<void(std::string)> done;
    };

    static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* into) {
        static_cast<std::string*>(into)->append(bytes, size);
        return size;
    }

    static int on_socket(CURL*, curl_socket_t number, int what, void* here, void*) {
        const bool read = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
        const bool write = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;
        static_cast<fetcher*>(here)->where_.watch(number, read, write);
        return 0;
    }

    static int on_timer(CURLM*, long milliseconds, void* here) {
        static_cast<fetcher*>(here)->where_.ring_after(milliseconds);
        return 0;
    }

    void act(curl_socket_t number, int what) {
        int running = 0;
        curl_multi_socket_action(all_, number, what, &running);
        int left = 0;
        while (const CURLMsg* info = curl_multi_info_read(all_, &left)) {
            if (info->msg == CURLMSG_DONE) finish(info->easy_handle, info->data.result);
        }
    }

    void finish(CURL* easy, CURLcode how) {
        EXPECT_EQ(how, CURLE_OK) << curl_easy_strerror(how);
        transfer* ended = nullptr;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &ended);
        const std::unique_ptr<transfer> owned(ended);
        curl_multi_remove_handle(all_, easy);
        curl_easy_cleanup(easy);
        owned->done(std::move(owned->body));
    }

    curl_place& where_;
    CURLM* all_ = curl_multi_init();
};

class beside_curl : public ::testing::TestWithParam<const curl_registration*> {
protected:
    void run_until(const std::function<bool()>& holds) {
        const time_limit patience(60);
        while (!holds())
            here_->turn();
    }

    std::unique_ptr<curl_place> here_ = GetParam()->make();
};

TEST_P(beside_curl, what_is_fetched_is_sent) {
    event_loop loop;
    guest attachment(loop, here_->ops());
    fetcher fetch(*here_);
    server site(loop);
    std::string origin;
    const auto big = std::string(300'000, 'w');
    site.route("/page", {.http = [&](connection& c) {
                   static_cast<void>(c.respond({200, {}, big}));
               }});
    site.route("/fetch", {.message = [&](connection& peer, message m) {
                   const auto reply = peer.handle();
                   fetch.get(origin + std::string(m.text()), [reply](std::string body) {
                       reply.with([body = std::move(body)](connection& c) { c.send(body); });
                   });
               }});
    const auto bound = site.listen("127.0.0.1", 0);
    ASSERT_TRUE(bound);
    origin = "http://" + bound->str();

    int received = 0;
    client visitor(loop);
    visitor.connect("ws://" + bound->str() + "/fetch",
                    {.open =
                         [](connection& c) {
                             for (int i = 0; i < 5; ++i)
                                 c.send("/page");
                         },
                     .message = [&](connection&, message m) { received += m.text() == big; }});
    run_until([&] { return received == 5; });

    bool gone = false;
    loop.shutdown(5s, [&] { gone = true; });
    run_until([&] { return gone; });
}

INSTANTIATE_TEST_SUITE_P(on, beside_curl, ::testing::ValuesIn(curl_registration::all()),
                         [](const auto& instance) { return instance.param->host; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(beside_curl);

} // namespace
} // namespace weft::testing
