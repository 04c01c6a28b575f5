# SPDX-License-Identifier: MIT
# libuv as libuv::uv, the name that its own CMake package uses where it has one.

find_package(libuv CONFIG QUIET)
if(NOT TARGET libuv::uv)
    find_path(libuv_INCLUDE_DIR uv.h)
    find_library(libuv_LIBRARY NAMES uv libuv)
    mark_as_advanced(libuv_INCLUDE_DIR libuv_LIBRARY)
    if(libuv_INCLUDE_DIR AND libuv_LIBRARY)
        add_library(libuv::uv UNKNOWN IMPORTED)
        set_target_properties(libuv::uv PROPERTIES
            IMPORTED_LOCATION ${libuv_LIBRARY}
            INTERFACE_INCLUDE_DIRECTORIES ${libuv_INCLUDE_DIR})
    endif()
endif()
if(TARGET libuv::uv)
    set(libuv_FOUND TRUE)
else()
    set(libuv_FOUND FALSE)
endif()
