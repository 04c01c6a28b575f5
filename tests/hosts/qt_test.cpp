// SPDX-License-Identifier: MIT
// What is Qt's own about a stay: each thread has a loop, and a loop may run in a handler.
#include <weft/hosts/qt.hpp>

#include <functional>

#include <QCoreApplication>
#include <QEvent>
#include <QEventLoop>
#include <QSocketNotifier>
#include <QThread>
#include <QTimer>

#include <gtest/gtest.h>

#include <weft/weft.hpp>

#include "host_loops/foreign_loop.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<foreign_loop> application() {
    for (const auto* kind : foreign_loop_registration::all()) {
        if (kind->name == "qt") return kind->make();
    }
    return nullptr;
}

int word_count = 1;
char program_name[] = "tests";
char* words[] = {program_name, nullptr};

/// In a new stay in this thread's loop.
void expect_served(event_loop& loop) {
    const qt_guest attachment(loop);
    bool ran = false;
    loop.post([&] { ran = true; });
    while (!ran) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
}

/// Sends "hello" to itself and calls `received` with the echo, once.
class echoing {
public:
    echoing(event_loop& loop, std::function<void()> received)
        : server_(loop), client_(loop), received_(std::move(received)) {
        server_.route("/", {.message = [](connection& peer, message m) { peer.send(m); }});
        const auto url = "ws://" + server_.listen("127.0.0.1", 0)->str() + "/";
        client_.connect(url,
                        {.open = [](connection& peer) { peer.send("hello"); },
                         .message = [this](connection&, message) { received_(); },
                         .fail = [](const report& why) { ADD_FAILURE() << why; }});
    }

private:
    server server_;
    client client_;
    std::function<void()> received_;
};

TEST(qt_guest, runs_in_the_loop_of_a_qthread) {
    const auto host = application();
    bool received = false;
    const std::unique_ptr<QThread> thread(QThread::create([&] {
        event_loop loop;
        qt_guest guest(loop);
        QEventLoop here;
        echoing echo(loop, [&] {
            received = true;
            here.quit();
        });
        here.exec();
    }));
    thread->start();
    ASSERT_TRUE(thread->wait(30000));
    EXPECT_TRUE(received);
}

TEST(qt_guest, serves_the_others_in_a_nested_loop) {
    const auto host = application();
    event_loop loop;
    qt_guest guest(loop);
    bool inner_received = false;
    std::optional<echoing> inner;
    echoing outer(loop, [&] {
        QEventLoop nested;
        inner.emplace(loop, [&] {
            inner_received = true;
            nested.quit();
        });
        nested.exec();
        EXPECT_TRUE(inner_received);
        host->quit();
    });
    host->run();
    EXPECT_TRUE(inner_received);
}

TEST(qt_guest, needs_a_dispatcher) {
    event_loop loop;
    EXPECT_EQ(guest::create(loop, qt_host()).error(), std::errc::not_connected);
    const auto host = application();
    EXPECT_TRUE(guest::create(loop, qt_host()));
}

/// The application may delete what its event filter sees, Weft's notifier with it.
class deleting_filter final : public QObject {
public:
    bool eventFilter(QObject* of, QEvent*) override {
        if (of->metaObject() != &QSocketNotifier::staticMetaObject) return false;
        of->deleteLater();
        ++seen;
        return true;
    }

    int seen = 0;
};

TEST(qt_guest, ends_after_its_notifier_was_deleted) {
    QCoreApplication application(word_count, words);
    event_loop loop;
    std::optional<qt_guest> attachment(std::in_place, loop);
    deleting_filter filter;
    application.installEventFilter(&filter);
    loop.post([] {});
    while (filter.seen == 0) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    application.removeEventFilter(&filter);
    attachment.reset();
    expect_served(loop);
}

TEST(qt_guest, ends_after_the_application_object) {
    std::optional<QCoreApplication> application(std::in_place, word_count, words);
    event_loop loop;
    std::optional<qt_guest> attachment(std::in_place, loop);
    QCoreApplication::processEvents();
    application.reset();
    bool done = false;
    attachment->detach([&] { done = true; });
    EXPECT_TRUE(done);
    attachment.reset();
    application.emplace(word_count, words);
    expect_served(loop);
}

} // namespace
} // namespace weft::testing
