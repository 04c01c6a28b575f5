# SPDX-License-Identifier: MIT
# Looks for libev 4 or later, which brings no CMake package of its own; defines libev::ev.

include(${CMAKE_CURRENT_LIST_DIR}/usable_library.cmake)
if(NOT TARGET libev::ev)
    find_path(WEFT_LIBEV_INCLUDE_DIR ev.h PATH_SUFFIXES libev)
    find_library(WEFT_LIBEV_LIBRARY ev)
    mark_as_advanced(WEFT_LIBEV_INCLUDE_DIR WEFT_LIBEV_LIBRARY)
    if(WEFT_LIBEV_INCLUDE_DIR AND WEFT_LIBEV_LIBRARY)
        add_library(libev::ev UNKNOWN IMPORTED)
        set_target_properties(libev::ev PROPERTIES
            IMPORTED_LOCATION ${WEFT_LIBEV_LIBRARY}
            INTERFACE_INCLUDE_DIRECTORIES ${WEFT_LIBEV_INCLUDE_DIR})
    endif()
endif()
weft_check_library(libev TARGET libev::ev HEADERS ev.h
    MINIMUM 4.0 VERSION_HEADER ev.h VERSION EV_VERSION_MAJOR EV_VERSION_MINOR
    PACKAGES "Debian, Ubuntu: libev-dev")
