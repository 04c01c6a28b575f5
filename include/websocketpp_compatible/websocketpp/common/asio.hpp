// SPDX-License-Identifier: MIT
// Asio in `websocketpp::lib::asio`: Boost.Asio, or standalone Asio with ASIO_STANDALONE. Where Asio
// has removed a name that programs use, such as io_service, it is declared here.
#pragma once

#ifdef ASIO_STANDALONE
#include <asio.hpp>
#include <asio/version.hpp>
#else
#include <boost/asio.hpp>
#include <boost/asio/version.hpp>
#include <boost/system/error_code.hpp>
#endif

#include <websocketpp/common/chrono.hpp>
#include <websocketpp/common/cpp11.hpp>
#include <websocketpp/common/system_error.hpp>
#include <websocketpp/detail/removed_from_asio.hpp>

// Asio removed the names in Boost 1.87 and in Asio 1.33.
#ifdef ASIO_STANDALONE
#if ASIO_VERSION >= 103300 || defined(ASIO_NO_DEPRECATED)
#define WEFT_ASIO_WITHOUT_OLD_NAMES
#endif
#elif BOOST_ASIO_VERSION >= 103300 || defined(BOOST_ASIO_NO_DEPRECATED)
#define WEFT_ASIO_WITHOUT_OLD_NAMES
#endif

namespace websocketpp::lib {

#ifdef ASIO_STANDALONE
namespace asio_library = ::asio;
namespace asio {
using namespace ::asio;
using std::errc;
#else
namespace asio_library = ::boost::asio;
namespace asio {
using namespace ::boost::asio;
using ::boost::system::error_code;
using ::boost::system::error_category;
using ::boost::system::system_error;
namespace errc = ::boost::system::errc;
#endif

#ifdef WEFT_ASIO_WITHOUT_OLD_NAMES
typedef removed::io_service io_service;
typedef removed::timer<asio_library::steady_timer> steady_timer;
typedef removed::timer<asio_library::system_timer> system_timer;
typedef removed::timer<asio_library::high_resolution_timer> high_resolution_timer;

namespace ip {
using namespace asio_library::ip;
typedef removed::ip::parsed_address<asio_library::ip::address> address;
typedef removed::ip::parsed_address<asio_library::ip::address_v4> address_v4;
typedef removed::ip::parsed_address<asio_library::ip::address_v6> address_v6;
typedef removed::ip::tcp tcp;
} // namespace ip
#else
typedef asio_library::io_context io_service;
#endif

template <typename T>
bool is_neg(T duration) {
    return duration < T::zero();
}
inline lib::chrono::milliseconds milliseconds(long duration) {
    return lib::chrono::milliseconds(duration);
}

} // namespace asio

} // namespace websocketpp::lib

// For programs that write `boost::asio::io_service`. Define WEFT_NO_IO_SERVICE if another header
// declares this name differently.
#if defined(WEFT_ASIO_WITHOUT_OLD_NAMES) && !defined(WEFT_NO_IO_SERVICE)
#ifdef ASIO_STANDALONE
namespace asio {
typedef ::websocketpp::lib::asio::io_service io_service;
}
#else
namespace boost::asio {
typedef ::websocketpp::lib::asio::io_service io_service;
}
#endif
#endif
