// SPDX-License-Identifier: MIT
// All of Weft that needs no further library.
#pragma once

#include <weft/connection/connection.hpp>
#include <weft/connection/conversation.hpp>
#include <weft/connection/stream_endpoint.hpp>
#include <weft/core/base64.hpp>
#include <weft/core/http_date.hpp>
#include <weft/core/session.hpp>
#include <weft/core/sha1.hpp>
#include <weft/endpoint/client.hpp>
#include <weft/endpoint/datagram_socket.hpp>
#include <weft/endpoint/environment_proxy.hpp>
#include <weft/endpoint/raw_client.hpp>
#include <weft/endpoint/raw_file.hpp>
#include <weft/endpoint/raw_server.hpp>
#include <weft/endpoint/server.hpp>
#include <weft/hub/hub.hpp>
#include <weft/hub/memory_broker.hpp>
#include <weft/loop/dispatcher_guest.hpp>
#include <weft/loop/event_loop.hpp>
#include <weft/loop/event_loops.hpp>
#include <weft/loop/guest.hpp>
#include <weft/loop/resolve_error.hpp>
#include <weft/loop/resolver.hpp>
#include <weft/loop/runner.hpp>
#include <weft/loop/socket_activation.hpp>
#include <weft/loop/timer.hpp>
#include <weft/loop/virtual_clock.hpp>
#include <weft/loop/watch.hpp>
#include <weft/stream/io_stream.hpp>
#include <weft/stream/manual_driver.hpp>
#include <weft/stream/memory_pipe.hpp>
#include <weft/stream/sleep.hpp>
#include <weft/stream/spawn.hpp>
#include <weft/stream/task.hpp>
#include <weft/stream/when_any.hpp>
