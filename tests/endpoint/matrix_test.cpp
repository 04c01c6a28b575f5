// SPDX-License-Identifier: MIT
// Every handler times everything that ends something: whatever is closed or destroyed in whichever
// handler, each connection ends once, nobody hears anything of what was destroyed, and nothing
// leaks.
#include <functional>
#include <string>
#include <tuple>

#include "endpoint/endpoint_fixture.hpp"
#include "endpoint/raw_peer.hpp"

namespace weft::testing {
namespace {

/// The handlers, and other functions of the application's that a turn calls.
const char* const moments[] = {
    "server_validate", "server_open",  "server_message", "server_writable", "server_ping",
    "server_pong",     "server_close", "server_fail",    "server_on_fail",  "server_http",
    "server_interrupt", "server_done", "client_open",    "client_message",  "client_writable",
    "client_ping",     "client_pong",  "client_close",   "client_fail",     "client_interrupt",
    "client_done",     "loop_done",    "posted",         "expired",
};

const char* const deeds[] = {
    "close",         "abort",         "reject",      "pause",       "throw_",
    "destroy_own",   "destroy_other", "destroy_both", "destroy_loop", "replace_own",
    "shutdown_own",  "shutdown_other", "shutdown_loop", "stop_own",  "stop_other",
    "stop_loop",     "nested_turn",
};

using cell = std::tuple<const char*, const char*>;

class endpoint_matrix : public ::testing::TestWithParam<cell> {
protected:
    struct side_of_it {
        bool destroyed = false;
        int opened = 0, closed = 0, failed = 0, done = 0, done_expected = 0;
        bool validated = false;

        /// No handler is called for what was destroyed.
        void alive() const { EXPECT_FALSE(destroyed) << "a handler was called after the end"; }
    };

    void play(const way_registration& how) {
        SCOPED_TRACE(how.name);
        const auto before = open_descriptors();
        server_side_ = client_side_ = {};
        moment_ = std::get<0>(GetParam());
        happened_ = false;
        loop_done_ = loop_done_expected_ = 0;
        way_ = how.make();
        way_->loop().on_error([](std::exception_ptr) {});
        stage();
        act();
        EXPECT_TRUE(happened_) << "the moment never came";
        check_ends();
        timer_.reset();
        client_.reset();
        server_.reset();
        way_.reset();
        raw_.close();
        EXPECT_EQ(open_descriptors(), before) << "descriptors leaked";
    }

private:
    // --- the stage

    void stage() {
        server_.emplace(way_->loop());
        client_.emplace(way_->loop());
        timer_.emplace(way_->loop(), [this] { at("expired", nullptr, client_side_); });
        server_->route("/", server_handlers());
        server_->route("/page", {.http = [this](connection& peer) {
            server_side_.alive();
            at("server_http", &peer, server_side_);
        }});
        server_->on_fail([this](const report&) {
            server_side_.alive();
            at("server_on_fail", nullptr, server_side_);
        });
        const auto bound = server_->listen("127.0.0.1", 0);
        ASSERT_TRUE(bound);
        port_ = bound->port();
    }

    handlers server_handlers() {
        auto& mine = server_side_;
        handlers what = both_handlers("server", mine);
        what.validate = [this, &mine](connection& peer) {
            mine.alive();
            mine.validated = true;
            if (moment_ == "server_fail") static_cast<void>(peer.reject(403));
            at("server_validate", &peer, mine);
        };
        return what;
    }

    handlers client_handlers() { return both_handlers("client", client_side_); }

    handlers both_handlers(const std::string& who, side_of_it& mine) {
        handlers what;
        what.open = [this, who, &mine](connection& peer) {
            mine.alive();
            ++mine.opened;
            if (at(who + "_open", &peer, mine)) return;
            if (moment_ == who + "_writable") peer.send(std::string(8 * 1024 * 1024, 'x'));
            if (who != "client") return;
            peer.send("hello");
            peer.ping("client");
        };
        what.message = [this, who, &mine](connection& peer, message) {
            mine.alive();
            if (at(who + "_message", &peer, mine)) return;
            if (who == "server") peer.send("answer");
            if (who == "server") peer.ping("server");
        };
        what.writable = [this, who, &mine](connection& peer) {
            mine.alive();
            at(who + "_writable", &peer, mine);
        };
        what.ping = [this, who, &mine](connection& peer, auto) {
            mine.alive();
            at(who + "_ping", &peer, mine);
        };
        what.pong = [this, who, &mine](connection& peer, auto) {
            mine.alive();
            at(who + "_pong", &peer, mine);
            all_said_ |= who == "client";
        };
        what.close = [this, who, &mine](connection& peer, const report& why) {
            mine.alive();
            ++mine.closed;
            at(who + "_close", &peer, mine);
            EXPECT_NE(to_string(why), "");
        };
        what.fail = [this, who, &mine](const report& why) {
            mine.alive();
            ++mine.failed;
            at(who + "_fail", nullptr, mine);
            EXPECT_NE(to_string(why), "");
        };
        what.interrupt = [this, who, &mine] {
            mine.alive();
            at(who + "_interrupt", nullptr, mine);
        };
        return what;
    }

    // --- the act

    void act() {
        all_said_ = false;
        if (moment_ == "server_http" || moment_ == "server_on_fail") {
            raw_ = raw_peer::connected_to(port_);
            raw_.send(moment_ == "server_http" ? "GET /page HTTP/1.1\r\nHost: x\r\n"
                                                 "Connection: close\r\n\r\n"
                                               : "nonsense\r\n\r\n");
            way_->run_until([&] { return happened_ && (raw_.ended() || is_quiet()); });
            raw_.close();
            settle();
            return;
        }
        const std::string where = "ws://127.0.0.1:" + std::to_string(port_);
        if (moment_ == "client_fail") {
            client_->connect(where + "/nowhere", client_handlers());
        } else {
            client_->connect(where + "/", client_handlers());
        }
        way_->run_until([&] {
            return happened_ || is_over() || (client_side_.opened && server_side_.opened);
        });
        bring_it_about();
        way_->run_until([&] { return is_over() || (happened_ && said_or_ended()); });
        settle();
    }

    /// What comes by itself has come; the others have to be asked for.
    void bring_it_about() {
        if (happened_ || is_over()) return;
        if (moment_.ends_with("_interrupt")) way_->loop().wake();
        if (moment_ == "posted") {
            way_->loop().post([this] { at("posted", nullptr, client_side_); });
        }
        if (moment_ == "expired") timer_->arm_after(std::chrono::microseconds(1));
        if (moment_ == "server_done") shut_down(*server_, server_side_, "server_done");
        if (moment_ == "client_done") shut_down(*client_, client_side_, "client_done");
        if (moment_ == "loop_done") shut_down_loop();
        if (moment_.ends_with("_close")) {
            client_->for_each([](connection& one) { one.close(); });
        }
    }

    /// Lets both sides finish, and ends what is still open.
    void settle() {
        const auto end = [](auto& endpoint) {
            if (endpoint) endpoint->shutdown(std::chrono::milliseconds(50));
        };
        if (way_->has_loop()) {
            end(client_);
            end(server_);
            EXPECT_TRUE(way_->run_until([&] { return is_quiet(); }) || !way_->has_loop());
        }
    }

    [[nodiscard]] bool is_over() const { return !way_->has_loop() || (!client_ && !server_); }

    [[nodiscard]] bool is_quiet() const {
        const bool client_quiet = !client_ || client_->connection_count() == 0;
        const bool server_quiet = !server_ || server_->connection_count() == 0;
        const bool all_done = client_side_.done == client_side_.done_expected &&
            server_side_.done == server_side_.done_expected && loop_done_ == loop_done_expected_;
        return is_over() || (client_quiet && server_quiet && all_done);
    }

    [[nodiscard]] bool said_or_ended() const {
        // Nothing will come: it is not read, or was dropped behind what is being written.
        if (std::string_view(std::get<1>(GetParam())) == "pause") return true;
        if (moment_ == "client_writable") return true;
        return all_said_ || client_side_.closed + client_side_.failed != 0 ||
            server_side_.closed + server_side_.failed != 0 || !client_ || !server_;
    }

    // --- the deed

    /// Does the cell's deed if this is its moment; true when the handler's connection may be gone.
    bool at(std::string_view now, connection* peer, side_of_it& mine) {
        if (now != moment_ || happened_) return false;
        happened_ = true;
        // Whatever was captured must still be there after the deed.
        const std::string name(now);
        do_it(peer, mine);
        EXPECT_EQ(name, moment_);
        const std::string_view deed = std::get<1>(GetParam());
        return deed != "reject" && deed != "stop_loop" && deed != "nested_turn";
    }

    void do_it(connection* peer, side_of_it& mine) {
        const std::string_view deed = std::get<1>(GetParam());
        const bool own_is_server = &mine == &server_side_;
        if (deed == "close") on_connection(peer, [](connection& one) { one.close(); });
        if (deed == "abort") on_connection(peer, [](connection& one) { one.abort(); });
        if (deed == "pause") {
            on_connection(peer, [](connection& one) { one.pause(); });
        }
        if (deed == "reject" && peer) static_cast<void>(peer->reject(403, "no\n"));
        if (deed == "throw_") throw std::runtime_error("on purpose");
        if (deed == "destroy_own") own_is_server ? destroy_server() : destroy_client();
        if (deed == "destroy_other") own_is_server ? destroy_client() : destroy_server();
        if (deed == "destroy_both") {
            destroy_client();
            destroy_server();
        }
        if (deed == "destroy_loop") destroy_loop();
        if (deed == "replace_own") own_is_server ? replace_server() : replace_client();
        if (deed == "shutdown_own") own_is_server ? shut_down_server() : shut_down_client();
        if (deed == "shutdown_other") own_is_server ? shut_down_client() : shut_down_server();
        if (deed == "shutdown_loop") shut_down_loop();
        if (deed == "stop_own") own_is_server ? server_->stop() : client_->stop();
        if (deed == "stop_other") own_is_server ? client_->stop() : server_->stop();
        if (deed == "stop_loop") way_->loop().stop();
        if (deed == "nested_turn") {
            for (int i = 0; i < 5; ++i)
                way_->loop().run_ready();
        }
    }

    template <class Deed>
    void on_connection(connection* peer, Deed&& deed) {
        if (peer) return deed(*peer);
        client_->for_each(deed);
        server_->for_each(deed);
    }

    void destroy_server() {
        server_side_.destroyed = true;
        server_.reset();
    }
    void destroy_client() {
        client_side_.destroyed = true;
        client_.reset();
    }
    void destroy_loop() {
        server_side_.destroyed = client_side_.destroyed = true;
        way_->destroy_loop();
    }
    void replace_server() {
        server_side_.destroyed = true;
        *server_ = server(way_->loop());
    }
    void replace_client() {
        client_side_.destroyed = true;
        *client_ = client(way_->loop());
    }
    void shut_down_server() { shut_down(*server_, server_side_, ""); }
    void shut_down_client() { shut_down(*client_, client_side_, ""); }

    template <class Endpoint>
    void shut_down(Endpoint& which, side_of_it& mine, std::string_view name) {
        ++mine.done_expected;
        which.shutdown(std::chrono::milliseconds(500), [this, &mine, name] {
            ++mine.done;
            at(name, nullptr, mine);
        });
    }

    void shut_down_loop() {
        ++loop_done_expected_;
        way_->loop().shutdown(std::chrono::milliseconds(500), [this] {
            ++loop_done_;
            at("loop_done", nullptr, server_side_);
        });
    }

    void check_ends() {
        for (auto* mine : {&server_side_, &client_side_}) {
            const std::string who = mine == &server_side_ ? "server" : "client";
            EXPECT_LE(mine->closed + mine->failed, 1) << who;
            EXPECT_EQ(mine->done, mine->done_expected) << who;
            if (mine->destroyed) continue;
            EXPECT_EQ(mine->closed, mine->opened) << who;
            EXPECT_TRUE(mine->opened == 0 || mine->failed == 0) << who;
            EXPECT_TRUE(!mine->validated || mine->closed + mine->failed == 1) << who;
        }
        EXPECT_EQ(loop_done_, loop_done_expected_);
    }

    side_of_it server_side_, client_side_;
    std::string moment_;
    bool happened_ = false;
    bool all_said_ = false;
    int loop_done_ = 0, loop_done_expected_ = 0;
    std::uint16_t port_ = 0;
    std::unique_ptr<way> way_;
    std::optional<server> server_;
    std::optional<client> client_;
    std::optional<timer> timer_;
    raw_peer raw_;
};

TEST_P(endpoint_matrix, ends_once_and_calls_no_handler_afterwards) {
    for (const auto* how : way_registration::all()) {
        if (how->name == "run" || how->name == "select" || how->name.ends_with("_edge")) play(*how);
    }
}

INSTANTIATE_TEST_SUITE_P(, endpoint_matrix,
                         ::testing::Combine(::testing::ValuesIn(moments),
                                            ::testing::ValuesIn(deeds)),
                         [](const auto& instance) {
                             return std::string(std::get<0>(instance.param)) + "_then_" +
                                 std::get<1>(instance.param);
                         });

} // namespace
} // namespace weft::testing
