# SPDX-License-Identifier: MIT
# Looks for Boost.Asio, of which headers are enough; defines Boost::headers, the name that Boost's
# own CMake package uses where it has one. 1.81 is the oldest that the tests have run with; 1.74,
# which Debian 12 has by default, lacks cancellation slots.

include(${CMAKE_CURRENT_LIST_DIR}/usable_library.cmake)
if(NOT TARGET Boost::headers)
    find_package(Boost 1.81 CONFIG QUIET)
endif()
if(NOT TARGET Boost::headers)
    find_path(WEFT_BOOST_INCLUDE_DIR boost/asio/io_context.hpp)
    mark_as_advanced(WEFT_BOOST_INCLUDE_DIR)
    if(WEFT_BOOST_INCLUDE_DIR)
        add_library(Boost::headers INTERFACE IMPORTED)
        target_include_directories(Boost::headers INTERFACE ${WEFT_BOOST_INCLUDE_DIR})
    endif()
endif()
weft_check_library(Boost TARGET Boost::headers
    HEADERS boost/asio/associated_cancellation_slot.hpp boost/asio/posix/stream_descriptor.hpp
        boost/asio/query.hpp
    MINIMUM 1.81 VERSION_HEADER boost/version.hpp
    VERSION "BOOST_VERSION / 100000" "BOOST_VERSION / 100 % 1000" "BOOST_VERSION % 100"
    PACKAGES "Debian 12: libboost1.81-dev. Debian 13, Ubuntu 24.04 and later: libboost-dev")
