// SPDX-License-Identifier: MIT
// A user who compresses messages: one line for a route, and the same for a client.

#include <weft/deflate/permessage_deflate.hpp>
#include <weft/weft.hpp>

int main() {
    weft::event_loop loop;
    weft::server server{loop};
    weft::route_options options;
    options.connection.extension = std::make_shared<weft::permessage_deflate>();
    server.route("/", {}, options);
    return options.connection.extension->offer().empty() ? 1 : 0;
}
