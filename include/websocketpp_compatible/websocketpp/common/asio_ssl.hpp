// SPDX-License-Identifier: MIT
// The TLS streams of Asio in `websocketpp::lib::asio::ssl`.
#pragma once

#ifdef ASIO_STANDALONE
#include <asio/ssl.hpp>
#else
#include <boost/asio/ssl.hpp>
#endif

#include <websocketpp/common/asio.hpp>

// The old name of host_name_verification, for programs that write it.
#if defined(WEFT_ASIO_WITHOUT_OLD_NAMES) && !defined(WEFT_NO_IO_SERVICE)
#ifdef ASIO_STANDALONE
namespace asio::ssl {
typedef host_name_verification rfc2818_verification;
}
#else
namespace boost::asio::ssl {
typedef host_name_verification rfc2818_verification;
}
#endif
#endif
