# SPDX-License-Identifier: MIT
# Looks for libubox, which brings no CMake package of its own; defines libubox::ubox.

include(${CMAKE_CURRENT_LIST_DIR}/usable_library.cmake)
if(NOT TARGET libubox::ubox)
    find_path(WEFT_LIBUBOX_INCLUDE_DIR libubox/uloop.h)
    find_library(WEFT_LIBUBOX_LIBRARY ubox)
    mark_as_advanced(WEFT_LIBUBOX_INCLUDE_DIR WEFT_LIBUBOX_LIBRARY)
    if(WEFT_LIBUBOX_INCLUDE_DIR AND WEFT_LIBUBOX_LIBRARY)
        add_library(libubox::ubox UNKNOWN IMPORTED)
        set_target_properties(libubox::ubox PROPERTIES
            IMPORTED_LOCATION ${WEFT_LIBUBOX_LIBRARY}
            INTERFACE_INCLUDE_DIRECTORIES ${WEFT_LIBUBOX_INCLUDE_DIR})
    endif()
endif()
weft_check_library(libubox TARGET libubox::ubox HEADERS libubox/uloop.h
    PACKAGES "Debian, Ubuntu: none has it; ./dev peers builds it")
