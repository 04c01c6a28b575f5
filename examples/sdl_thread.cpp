// SPDX-License-Identifier: MIT
// An SDL2 window that sleeps until something happens, with Weft on a thread of its own. The colours
// that clients send become SDL events, and clicks are posted to the loop: no data is shared.
//
//     build/release/examples/sdl_thread [port]            # the right button ends it
//     build/release/weft connect ws://127.0.0.1:9001/     # then type #ff8000
#include <SDL2/SDL.h>

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <thread>

#include <weft/weft.hpp>

namespace {

/// Parses `#rrggbb`.
std::optional<Uint32> colour_of(std::string_view text) {
    Uint32 rgb = 0;
    if (text.size() != 7 || text[0] != '#') return {};
    const auto end = std::from_chars(text.data() + 1, text.data() + 7, rgb, 16).ptr;
    return end == text.data() + 7 ? std::optional(rgb) : std::nullopt;
}

/// Weft's side, on its own thread.
class network {
public:
    /// Colours arrive as events of this type.
    explicit network(Uint32 painted) {
        server_.route("/", {
            .message = [painted](weft::connection&, weft::message m) {
                if (const auto rgb = colour_of(m.text())) {
                    SDL_Event event{};
                    event.type = painted;
                    event.user.code = static_cast<Sint32>(*rgb);
                    SDL_PushEvent(&event); // any thread may call this
                }
            },
        });
    }

    ~network() {
        loop_.post([this] { server_.shutdown(std::chrono::seconds(2)); });
        if (thread_.joinable()) thread_.join(); // when the last connection is closed
    }

    weft::result<weft::address> start(std::uint16_t port) {
        auto bound = server_.listen("127.0.0.1", port);
        if (bound) thread_ = std::thread([this] { loop_.run(); });
        return bound;
    }

    /// Called on the window's thread.
    void tell(std::string text) {
        loop_.post([this, text = std::move(text)] {
            server_.for_each([&](weft::connection& one) { one.send(text); });
        });
    }

private:
    weft::event_loop loop_;
    weft::server server_{loop_};
    std::thread thread_;
};

void draw(SDL_Window* window, Uint32 rgb) {
    SDL_Surface* surface = SDL_GetWindowSurface(window);
    SDL_FillRect(surface, nullptr,
                 SDL_MapRGB(surface->format, static_cast<Uint8>(rgb >> 16),
                            static_cast<Uint8>(rgb >> 8), static_cast<Uint8>(rgb)));
    SDL_UpdateWindowSurface(window);
}

/// The application's own event loop; it learns of clients only by SDL events.
void run(SDL_Window* window, network& outside, Uint32 painted) {
    Uint32 background = 0x204060;
    draw(window, background);
    for (SDL_Event event; SDL_WaitEvent(&event) != 0;) {
        if (event.type == SDL_QUIT) return;
        if (event.type == painted) background = static_cast<Uint32>(event.user.code);
        if (event.type == SDL_MOUSEBUTTONDOWN) {
            if (event.button.button == SDL_BUTTON_RIGHT) return;
            outside.tell("click " + std::to_string(event.button.x) + ',' +
                         std::to_string(event.button.y));
        }
        draw(window, background);
    }
}

} // namespace

int main(int argc, char** argv) {
    SDL_Init(SDL_INIT_VIDEO);
    SDL_Window* window = SDL_CreateWindow("Weft", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                          320, 240, 0);
    if (!window) {
        std::cerr << "no window: " << SDL_GetError() << '\n';
        return 1;
    }
    const Uint32 painted = SDL_RegisterEvents(1);
    network outside(painted);
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9001);
    const auto bound = outside.start(port);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/\n" << std::flush;
    run(window, outside, painted);
    SDL_DestroyWindow(window);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
}
