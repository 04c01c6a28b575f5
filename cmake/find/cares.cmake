# SPDX-License-Identifier: MIT
# Looks for c-ares 1.16 or later, which has ares_getaddrinfo; defines c-ares::cares, the name that
# its own CMake package uses where it has one.

include(${CMAKE_CURRENT_LIST_DIR}/usable_library.cmake)
if(NOT TARGET c-ares::cares)
    find_package(c-ares CONFIG QUIET)
endif()
if(NOT TARGET c-ares::cares)
    find_path(WEFT_CARES_INCLUDE_DIR ares.h)
    find_library(WEFT_CARES_LIBRARY cares)
    mark_as_advanced(WEFT_CARES_INCLUDE_DIR WEFT_CARES_LIBRARY)
    if(WEFT_CARES_INCLUDE_DIR AND WEFT_CARES_LIBRARY)
        add_library(c-ares::cares UNKNOWN IMPORTED)
        set_target_properties(c-ares::cares PROPERTIES
            IMPORTED_LOCATION ${WEFT_CARES_LIBRARY}
            INTERFACE_INCLUDE_DIRECTORIES ${WEFT_CARES_INCLUDE_DIR})
    endif()
endif()
weft_check_library(c-ares TARGET c-ares::cares HEADERS ares.h
    MINIMUM 1.16 VERSION_HEADER ares_version.h
    VERSION ARES_VERSION_MAJOR ARES_VERSION_MINOR ARES_VERSION_PATCH
    PACKAGES "Debian, Ubuntu: libc-ares-dev")
