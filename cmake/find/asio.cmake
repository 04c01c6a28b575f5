# SPDX-License-Identifier: MIT
# Looks for standalone Asio, which is headers only; defines asio::asio.

if(NOT TARGET asio::asio)
    find_path(WEFT_ASIO_INCLUDE_DIR asio/io_context.hpp)
    mark_as_advanced(WEFT_ASIO_INCLUDE_DIR)
    if(WEFT_ASIO_INCLUDE_DIR)
        add_library(asio::asio INTERFACE IMPORTED)
        target_include_directories(asio::asio INTERFACE ${WEFT_ASIO_INCLUDE_DIR})
    endif()
endif()
