// SPDX-License-Identifier: MIT
// A Qt window with a server on the same thread and loop: handlers call widgets, and widgets call
// connections, without a lock. Clients set the window's colour, and receive its clicks.
//
//     build/release/examples/qt_with_widgets [port]       # the right button ends it
//     build/release/weft connect ws://127.0.0.1:9001/     # then type #ff8000
#include <QApplication>
#include <QMouseEvent>
#include <QPainter>
#include <QWidget>

#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>

#include <weft/hosts/qt.hpp>
#include <weft/weft.hpp>

namespace {

class canvas : public QWidget {
public:
    std::function<void(const QMouseEvent&)> clicked;

    canvas() {
        setWindowTitle("Weft");
        setGeometry(160, 120, 320, 240);
    }

    void paint(const QColor& with) {
        colour_ = with;
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override { QPainter(this).fillRect(rect(), colour_); }
    void mousePressEvent(QMouseEvent* event) override { clicked(*event); }

private:
    QColor colour_{0x20, 0x40, 0x60};
};

} // namespace

int main(int argc, char** argv) {
    QApplication application{argc, argv};
    canvas window;

    weft::event_loop loop;
    weft::qt_guest guest{loop};
    weft::server server{loop};
    server.route("/", {
        .message = [&](weft::connection&, weft::message m) {
            const QColor wanted(QString::fromStdString(std::string(m.text())));
            if (wanted.isValid()) window.paint(wanted);
        },
    });
    window.clicked = [&](const QMouseEvent& event) {
        if (event.button() == Qt::RightButton) return void(window.close());
        const auto at = event.position().toPoint();
        const auto where = "click " + std::to_string(at.x()) + ',' + std::to_string(at.y());
        server.for_each([&](weft::connection& one) { one.send(where); });
    };
    QApplication::setQuitOnLastWindowClosed(false); // first closes the connections
    QObject::connect(&application, &QGuiApplication::lastWindowClosed,
                     [&] { server.shutdown(std::chrono::seconds(2), QApplication::quit); });

    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9001);
    const auto bound = server.listen("127.0.0.1", port);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/\n" << std::flush;
    window.show();
    return QApplication::exec();
}
