// SPDX-License-Identifier: MIT
// Qt as an application has it, with either of its event dispatchers: GLib's and its own. There is
// one loop on a thread, and nothing may be left that makes Qt complain.
#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QEventLoop>
#include <QSocketNotifier>
#include <QTimer>

#include <gtest/gtest.h>

#include <weft/hosts/qt.hpp>

#include "host_loops/foreign_loop.hpp"

namespace weft::testing {
namespace {

int word_count = 1;
char program_name[] = "tests";
char* words[] = {program_name, nullptr};

class qt_foreign_loop final : public foreign_loop {
public:
    ~qt_foreign_loop() override {
        unwatch();
        QAbstractEventDispatcher::instance()->processEvents(QEventLoop::AllEvents);
        qInstallMessageHandler(before_);
    }

    host_ops ops() override { return qt_host(); }

    void turn(duration at_most) override {
        QTimer patience;
        start(patience, at_most);
        QAbstractEventDispatcher::instance()->processEvents(QEventLoop::WaitForMoreEvents);
    }

    void call_after(duration delay, function<void()> rings) override {
        auto* const once = new QTimer(&things_);
        const auto call = std::make_shared<function<void()>>(std::move(rings));
        QObject::connect(once, &QTimer::timeout, [once, call] {
            delete once;
            (*call)();
        });
        start(*once, delay);
    }

    void run() override {
        QEventLoop here;
        running_ = &here;
        here.exec();
        running_ = nullptr;
    }
    void quit() override { running_->quit(); }
    [[nodiscard]] bool ends_by_itself() const override { return false; }

    void watch(int descriptor, function<void()> readable) override {
        watch_ = std::make_unique<QSocketNotifier>(descriptor, QSocketNotifier::Read);
        const auto call = std::make_shared<function<void()>>(std::move(readable));
        QObject::connect(watch_.get(), &QSocketNotifier::activated, [call] { (*call)(); });
    }
    void unwatch() override { watch_.reset(); }

    void on_idle(function<bool()> work) override {
        auto* const idle = new QTimer(&things_);
        const auto call = std::make_shared<function<bool()>>(std::move(work));
        QObject::connect(idle, &QTimer::timeout, [idle, call] {
            if (!(*call)()) delete idle;
        });
        idle->start(0);
    }

    std::optional<std::size_t> things() override { return std::nullopt; }

private:
    static void start(QTimer& timer, duration delay) {
        timer.setSingleShot(true);
        timer.setTimerType(Qt::PreciseTimer);
        timer.start(std::chrono::ceil<std::chrono::milliseconds>(delay));
    }

    static void complain(QtMsgType, const QMessageLogContext&, const QString& what) {
        ADD_FAILURE() << what.toStdString();
    }

    QtMessageHandler before_ = qInstallMessageHandler(complain);
    QCoreApplication application_{word_count, words};
    QObject things_; // of the application's
    std::unique_ptr<QSocketNotifier> watch_;
    QEventLoop* running_ = nullptr;
};

/// The first application of a process opens what GLib's default context keeps.
const bool context_is_open = [] {
    const QCoreApplication first(word_count, words);
    return true;
}();

/// Qt takes GLib's loop by default.
std::unique_ptr<foreign_loop> make_with_own_dispatcher() {
    qputenv("QT_NO_GLIB", "1");
    auto made = std::make_unique<qt_foreign_loop>();
    qunsetenv("QT_NO_GLIB");
    return made;
}

const foreign_loop_registration in_glib(
    "qt", [] { return std::make_unique<qt_foreign_loop>(); }, false);
const foreign_loop_registration by_itself("qt_own", make_with_own_dispatcher, false);

} // namespace
} // namespace weft::testing
