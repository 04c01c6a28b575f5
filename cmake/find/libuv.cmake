# SPDX-License-Identifier: MIT
# Looks for libuv 1.0 or later; defines libuv::uv, the name that its own CMake package uses where it
# has one.

include(${CMAKE_CURRENT_LIST_DIR}/usable_library.cmake)
if(NOT TARGET libuv::uv)
    find_package(libuv CONFIG QUIET)
endif()
if(NOT TARGET libuv::uv)
    find_path(WEFT_LIBUV_INCLUDE_DIR uv.h)
    find_library(WEFT_LIBUV_LIBRARY NAMES uv libuv)
    mark_as_advanced(WEFT_LIBUV_INCLUDE_DIR WEFT_LIBUV_LIBRARY)
    if(WEFT_LIBUV_INCLUDE_DIR AND WEFT_LIBUV_LIBRARY)
        add_library(libuv::uv UNKNOWN IMPORTED)
        set_target_properties(libuv::uv PROPERTIES
            IMPORTED_LOCATION ${WEFT_LIBUV_LIBRARY}
            INTERFACE_INCLUDE_DIRECTORIES ${WEFT_LIBUV_INCLUDE_DIR})
    endif()
endif()
weft_check_library(libuv TARGET libuv::uv HEADERS uv.h
    MINIMUM 1.0 VERSION_HEADER uv.h
    VERSION UV_VERSION_MAJOR UV_VERSION_MINOR UV_VERSION_PATCH
    PACKAGES "Debian, Ubuntu: libuv1-dev")
