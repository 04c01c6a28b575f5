// SPDX-License-Identifier: MIT
// Many connections to one echo server: opens them all, and on request has each exchange messages
// while all are held. Usage: crowd_client PORT CONNECTIONS
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <weft/weft.hpp>

namespace {

constexpr std::size_t connected_at_once = 256;
constexpr int exchanges_per_round = 3;
constexpr auto patience = std::chrono::seconds(120);

/// One connection of the crowd, as its handlers leave it.
struct member {
    weft::connection_handle at;
    bool open = false;
    int exchanges_left = 0;
};

class crowd {
public:
    crowd(std::string target, std::size_t size) : target_(std::move(target)), members_(size) {}

    /// Connects all, some at a time.
    bool gather() {
        while (outbound_ < std::min(connected_at_once, members_.size()))
            connect(members_[outbound_++]);
        return run_until(open_, members_.size());
    }

    /// Each exchanges a few messages with the server, all at the same time.
    bool converse() {
        conversed_ = 0;
        for (member& one : members_) {
            one.exchanges_left = exchanges_per_round;
            one.at.send(words_of(one));
        }
        return run_until(conversed_, members_.size());
    }

    bool part() {
        client_.shutdown(patience);
        loop_.restart();
        loop_.run();
        return failures_ == 0 && closed_ == members_.size();
    }

    [[nodiscard]] std::size_t failures() const { return failures_; }

private:
    void connect(member& one) {
        one.at = client_.connect(target_, {
            .open = [this, &one](weft::connection&) {
                one.open = true;
                ++open_;
                if (outbound_ < members_.size()) connect(members_[outbound_++]);
            },
            .message = [this, &one](weft::connection& peer, weft::message m) {
                if (m.text() != words_of(one)) return failed("an echo came back wrong");
                if (--one.exchanges_left == 0) {
                    ++conversed_;
                } else {
                    peer.send(words_of(one));
                }
            },
            .close = [this](weft::connection&, const weft::report& why) {
                ++closed_;
                if (!why.clean()) failed(to_string(why));
            },
            .fail = [this](const weft::report& why) { failed(to_string(why)); },
        }, patient());
    }

    /// All begin and end at the same time, on a machine that may be busy.
    static weft::connect_options patient() {
        weft::connect_options options;
        options.connect_timeout = patience;
        options.connection.timeouts.handshake = patience;
        options.connection.timeouts.close = patience;
        return options;
    }

    [[nodiscard]] std::string words_of(const member& one) const {
        return "from " + std::to_string(&one - members_.data()) + ", " +
               std::to_string(one.exchanges_left) + " left";
    }

    void failed(const std::string& why) {
        if (failures_++ == 0) std::cerr << "crowd_client: " << why << '\n';
    }

    bool run_until(const std::size_t& count, std::size_t wanted) {
        while (count != wanted && failures_ == 0) {
            if (loop_.run_one() == 0) return false;
        }
        return failures_ == 0;
    }

    weft::event_loop loop_;
    weft::client client_{loop_};
    std::string target_;
    std::vector<member> members_;
    std::size_t outbound_ = 0;
    std::size_t open_ = 0;
    std::size_t conversed_ = 0;
    std::size_t closed_ = 0;
    std::size_t failures_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: crowd_client PORT CONNECTIONS\n";
        return 2;
    }
    const auto size = std::strtoul(argv[2], nullptr, 10);
    crowd all("ws://127.0.0.1:" + std::string(argv[1]) + "/echo", size);
    bool well = all.gather();
    std::cout << (well ? "open" : "failed") << std::endl;
    for (std::string line; well && std::getline(std::cin, line);) {
        well = line == "part" ? all.part() : all.converse();
        std::cout << (well ? line : "failed") << std::endl;
        if (line == "part") break;
    }
    return well ? 0 : 1;
}
