// SPDX-License-Identifier: MIT
// The TLS streams of Asio in `websocketpp::lib::asio::ssl`.
#pragma once

#ifdef ASIO_STANDALONE
#include <asio/ssl.hpp>
#else
#include <boost/asio/ssl.hpp>
#endif

#include <websocketpp/common/asio.hpp>
