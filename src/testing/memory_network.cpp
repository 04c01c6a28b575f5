// SPDX-License-Identifier: MIT
// Listeners, connection attempts, and the links that result.
#include <weft/testing/memory_network.hpp>

#include <algorithm>
#include <deque>
#include <utility>

namespace weft::testing {

/// A listening name. Destroyed with its driver, or when listening stops.
class memory_network::acceptor final : public work_item, public driver_observer {
public:
    acceptor(memory_network& over, std::string_view name, weft::driver& owner,
             function<void(stream_ptr)> accept)
        : network_(over), name_(name), driver_(owner), accept_(std::move(accept)) {
        driver_.enroll(*this);
        network_.acceptors_.push_back(this);
    }

    void die() noexcept {
        driver_.leave(*this);
        std::erase(network_.acceptors_, this);
        waiting_.clear();
        driver_.retire(this);
    }

    void add(stream_ptr arrived) {
        waiting_.push_back(std::move(arrived));
        driver_.defer(*this);
    }

    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] weft::driver& driver() const noexcept { return driver_; }

private:
    void run() noexcept override {
        if (waiting_.empty()) return;
        const driver::activity running(driver_, *this);
        stream_ptr next = std::move(waiting_.front());
        waiting_.pop_front();
        if (!waiting_.empty()) driver_.defer(*this);
        driver_.handler_called();
        accept_(std::move(next));
    }
    void on_interrupt() override {}
    void on_driver_closed() noexcept override { die(); }

    memory_network& network_;
    std::string name_;
    weft::driver& driver_;
    function<void(stream_ptr)> accept_;
    std::deque<stream_ptr> waiting_;
};

/// A connection attempt. Destroyed once it was answered or cancelled, or with its driver.
class memory_network::attempt final : public timed_work_item, public driver_observer {
public:
    attempt(memory_network& over, std::string_view name, weft::driver& owner,
            function<void(result<stream_ptr>)> done)
        : number(++over.attempts_made_),
          network_(over),
          name_(name),
          driver_(owner),
          done_(std::move(done)) {
        driver_.enroll(*this);
        network_.attempts_.push_back(this);
        dice& chance = network_.chance_;
        const network_conditions& now = network_.conditions_;
        if (chance.one_in(now.unanswered_one_in)) return;
        refused_ = chance.one_in(now.refused_one_in);
        const duration there = chance.between(now.to_server.latency_min, now.to_server.latency_max);
        const duration back = chance.between(now.to_client.latency_min, now.to_client.latency_max);
        driver_.arm(*this, later(later(driver_.now(), there), back));
    }

    void die() noexcept {
        driver_.leave(*this);
        driver_.disarm(*this);
        std::erase(network_.attempts_, this);
        driver_.retire(this);
    }

    const std::uint64_t number;

private:
    void expire() noexcept override {
        const driver::activity running(driver_, *this);
        acceptor* const there = network_.find(name_);
        auto done = std::move(done_);
        weft::driver& mine = driver_;
        memory_network& network = network_;
        const bool refused = refused_ || !there;
        mine.handler_called();
        die();
        if (refused) {
            return done(failure(std::make_error_code(std::errc::connection_refused)));
        }
        auto [server, client] = network.link(there->driver(), mine);
        there->add(std::move(server));
        done(std::move(client));
    }
    void on_interrupt() override {}
    void on_driver_closed() noexcept override { die(); }

    memory_network& network_;
    std::string name_;
    weft::driver& driver_;
    function<void(result<stream_ptr>)> done_;
    bool refused_ = false;
};

memory_network::memory_network(std::uint64_t seed) : chance_(seed) {}

memory_network::~memory_network() {
    while (!acceptors_.empty())
        acceptors_.back()->die();
    while (!attempts_.empty())
        attempts_.back()->die();
}

std::pair<memory_network::stream_ptr, memory_network::stream_ptr>
memory_network::link(weft::driver& server, weft::driver& client) {
    stream_ptr at_server(new network_stream(*this, server, conditions_.to_client));
    stream_ptr at_client(new network_stream(*this, client, conditions_.to_server));
    at_server->peer_ = at_client.get();
    at_client->peer_ = at_server.get();
    return {std::move(at_server), std::move(at_client)};
}

memory_network::acceptor* memory_network::find(std::string_view name) const noexcept {
    const auto found = std::find_if(acceptors_.begin(), acceptors_.end(),
                                    [&](const acceptor* one) { return one->name() == name; });
    return found == acceptors_.end() ? nullptr : *found;
}

void memory_network::listen(std::string_view name, weft::driver& owner,
                            function<void(stream_ptr)> accept) {
    stop_listening(name);
    new acceptor(*this, name, owner, std::move(accept)); // in `acceptors_`
}

void memory_network::listen(std::string_view name, stream_endpoint& server) {
    listen(name, server.driver(), [&server](stream_ptr one) { server.serve(std::move(one)); });
}

void memory_network::stop_listening(std::string_view name) noexcept {
    if (acceptor* const found = find(name)) found->die();
}

function<void()> memory_network::connect(std::string_view name, weft::driver& owner,
                                         function<void(result<stream_ptr>)> done) {
    const auto* const made = new attempt(*this, name, owner, std::move(done)); // in `attempts_`
    return [this, number = made->number] {
        const auto found = std::find_if(attempts_.begin(), attempts_.end(),
                                        [&](const attempt* one) { return one->number == number; });
        if (found != attempts_.end()) (*found)->die();
    };
}

connection& memory_network::connect(stream_endpoint& client, std::string_view name,
                                    const uri& target, handlers what, connect_options options) {
    connection& outbound = client.begin_connect(target, std::move(what), std::move(options));
    pending_connection& pending = stream_endpoint::pending(outbound);
    // Cancelled when the connection ends, so that `pending` exists whenever this is called.
    auto give_up = connect(name, client.driver(), [&pending](result<stream_ptr> made) {
        if (made) {
            pending.attach(std::move(*made));
        } else {
            pending.fail(phase::connect, made.error());
        }
    });
    pending.begin_phase(phase::connect, std::move(give_up));
    return outbound;
}

} // namespace weft::testing
