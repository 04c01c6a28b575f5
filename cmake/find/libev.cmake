# SPDX-License-Identifier: MIT
# Looks for libev, which brings no CMake package of its own; defines libev::ev.

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
