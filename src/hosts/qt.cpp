// SPDX-License-Identifier: MIT
// A Qt socket notifier for the loop's descriptor. Knows nothing else of either loop.
#include <weft/hosts/qt.hpp>

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QEventLoop>
#include <QPointer>
#include <QSocketNotifier>

#include <memory>
#include <system_error>
#include <utility>

namespace weft {
namespace {

/// A notifier may be deleted at any time, even in its own signal: Qt then unregisters it. The
/// application can find the notifier in an event filter, so it may have deleted it.
class qt_watch : public std::enable_shared_from_this<qt_watch> {
public:
    result<void> start(int descriptor, function<void()> turn) {
        if (!QAbstractEventDispatcher::instance()) {
            return failure(std::make_error_code(std::errc::not_connected));
        }
        turn_ = std::move(turn);
        auto made = std::make_unique<QSocketNotifier>(descriptor, QSocketNotifier::Read);
        QObject::connect(made.get(), &QSocketNotifier::activated, [this] { ready(); });
        notifier_ = made.get();
        static_cast<void>(made.release()); // owned by this until `stop`
        return {};
    }

    void stop() noexcept { delete notifier_.data(); }

private:
    void ready() noexcept {
        const auto here = shared_from_this();
        here->turn_();
    }

    function<void()> turn_;
    QPointer<QSocketNotifier> notifier_;
};

} // namespace

host_ops qt_host() {
    return ops_of(std::make_shared<qt_watch>());
}

// --- a host that Weft creates

namespace {

/// An application object with its arguments: Qt keeps references to those.
class own_application {
public:
    own_application() {
        if (!QCoreApplication::instance()) {
            application_ = std::make_unique<QCoreApplication>(count_, &words_[0]);
        }
    }

private:
    char name_[5] = "weft";
    char* words_[2] = {name_, nullptr};
    int count_ = 1;
    std::unique_ptr<QCoreApplication> application_;
};

class owned_qt final : public owned_host {
public:
    host_ops ops() override { return qt_host(); }
    void run() override { loop_.exec(); }
    void quit() noexcept override { loop_.quit(); }

private:
    own_application application_;
    QEventLoop loop_;
};

} // namespace

qt_runner::qt_runner(event_loop& loop, budget limit)
    : runner(loop, std::make_unique<owned_qt>(), limit) {}

} // namespace weft
