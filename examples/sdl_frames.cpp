// SPDX-License-Identifier: MIT
// An SDL2 window that draws sixty frames a second, and calls a fixed number of handlers in each, so
// no client can delay the game. Clients set the window's colour, and receive its clicks.
//
//     build/release/examples/sdl_frames [port]            # the right button ends it
//     build/release/weft connect ws://127.0.0.1:9001/     # then type #ff8000
#include <SDL2/SDL.h>

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include <weft/weft.hpp>

namespace {

struct colour {
    unsigned rgb = 0x204060;
};

/// Parses `#rrggbb`.
std::optional<colour> colour_of(std::string_view text) {
    colour found;
    if (text.size() != 7 || text[0] != '#') return {};
    const auto end = std::from_chars(text.data() + 1, text.data() + 7, found.rgb, 16).ptr;
    return end == text.data() + 7 ? std::optional(found) : std::nullopt;
}

class window {
public:
    ~window() {
        SDL_DestroyRenderer(renderer_);
        SDL_DestroyWindow(window_);
        SDL_Quit();
    }

    [[nodiscard]] bool is_open() const { return renderer_ != nullptr; }

    void draw(colour what) {
        SDL_SetRenderDrawColor(renderer_, static_cast<Uint8>(what.rgb >> 16),
                               static_cast<Uint8>(what.rgb >> 8), static_cast<Uint8>(what.rgb),
                               SDL_ALPHA_OPAQUE);
        SDL_RenderClear(renderer_);
        SDL_RenderPresent(renderer_);
    }

private:
    int started_ = SDL_Init(SDL_INIT_VIDEO);
    SDL_Window* window_ = SDL_CreateWindow("Weft", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                           320, 240, 0);
    SDL_Renderer* renderer_ =
        window_ ? SDL_CreateRenderer(window_, -1, SDL_RENDERER_SOFTWARE) : nullptr;
};

/// Handles the input of one frame; returns false when the game should end.
bool play(weft::server& server) {
    for (SDL_Event event; SDL_PollEvent(&event) != 0;) {
        if (event.type == SDL_QUIT) return false;
        if (event.type != SDL_MOUSEBUTTONDOWN) continue;
        if (event.button.button == SDL_BUTTON_RIGHT) return false;
        const auto where =
            "click " + std::to_string(event.button.x) + ',' + std::to_string(event.button.y);
        server.for_each([&](weft::connection& one) { one.send(where); });
    }
    return true;
}

} // namespace

int main(int argc, char** argv) {
    window screen;
    if (!screen.is_open()) {
        std::cerr << "no window: " << SDL_GetError() << '\n';
        return 1;
    }
    weft::event_loop loop;
    weft::server server{loop};
    colour background;
    server.route("/", {
        .message = [&](weft::connection&, weft::message m) {
            background = colour_of(m.text()).value_or(background);
        },
    });
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9001);
    const auto bound = server.listen("127.0.0.1", port);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/\n" << std::flush;

    constexpr int handlers_a_frame = 50;
    constexpr Uint32 frame = 16; // milliseconds
    bool ending = false, over = false;
    while (!over) {
        const Uint32 begun = SDL_GetTicks();
        for (int i = 0; i < handlers_a_frame; ++i) loop.poll_one();
        if (!play(server) && !ending) {
            ending = true;
            server.shutdown(std::chrono::seconds(2), [&] { over = true; });
        }
        screen.draw(background);
        if (const Uint32 used = SDL_GetTicks() - begun; used < frame) SDL_Delay(frame - used);
    }
}
