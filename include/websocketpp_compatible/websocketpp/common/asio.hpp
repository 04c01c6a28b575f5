// SPDX-License-Identifier: MIT
// Asio in `websocketpp::lib::asio`: Boost.Asio, or standalone Asio with ASIO_STANDALONE. Names that
// later versions of Asio have removed are kept here.
#pragma once

#ifdef ASIO_STANDALONE
#include <asio.hpp>
#include <asio/version.hpp>
#else
#include <boost/asio.hpp>
#include <boost/system/error_code.hpp>
#endif

#include <websocketpp/common/chrono.hpp>
#include <websocketpp/common/cpp11.hpp>
#include <websocketpp/common/system_error.hpp>

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

typedef asio_library::io_context io_service;

template <typename T>
bool is_neg(T duration) {
    return duration < T::zero();
}
inline lib::chrono::milliseconds milliseconds(long duration) {
    return lib::chrono::milliseconds(duration);
}

} // namespace asio

} // namespace websocketpp::lib
