# SPDX-License-Identifier: MIT
# Looks for Boost.Asio, of which headers are enough; defines Boost::headers, the name that Boost's
# own CMake package uses where it has one.

find_package(Boost CONFIG QUIET)
if(NOT TARGET Boost::headers)
    find_path(WEFT_BOOST_INCLUDE_DIR boost/asio/io_context.hpp)
    mark_as_advanced(WEFT_BOOST_INCLUDE_DIR)
    if(WEFT_BOOST_INCLUDE_DIR)
        add_library(Boost::headers INTERFACE IMPORTED)
        target_include_directories(Boost::headers INTERFACE ${WEFT_BOOST_INCLUDE_DIR})
    endif()
endif()
