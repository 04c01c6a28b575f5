# SPDX-License-Identifier: MIT
# Looks for standalone Asio, which is headers only; defines asio::asio. 1.22 is the oldest that the
# tests have run with.

include(${CMAKE_CURRENT_LIST_DIR}/usable_library.cmake)
if(NOT TARGET asio::asio)
    find_path(WEFT_ASIO_INCLUDE_DIR asio/io_context.hpp)
    mark_as_advanced(WEFT_ASIO_INCLUDE_DIR)
    if(WEFT_ASIO_INCLUDE_DIR)
        add_library(asio::asio INTERFACE IMPORTED)
        target_include_directories(asio::asio INTERFACE ${WEFT_ASIO_INCLUDE_DIR})
        weft_has_rtti(has_rtti)
        if(NOT has_rtti) # Asio needs a macro for that; Boost.Asio detects it
            target_compile_definitions(asio::asio INTERFACE ASIO_NO_TYPEID)
        endif()
    endif()
endif()
weft_check_library(Asio TARGET asio::asio
    HEADERS asio/associated_cancellation_slot.hpp asio/posix/stream_descriptor.hpp asio/query.hpp
    MINIMUM 1.22 VERSION_HEADER asio/version.hpp
    VERSION "ASIO_VERSION / 100000" "ASIO_VERSION / 100 % 1000" "ASIO_VERSION % 100"
    PACKAGES "Debian, Ubuntu: libasio-dev")
