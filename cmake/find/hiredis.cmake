# SPDX-License-Identifier: MIT
# Looks for hiredis 0.14 or later; defines hiredis::hiredis, the name that its own CMake package
# uses where it has one.

include(${CMAKE_CURRENT_LIST_DIR}/usable_library.cmake)
if(NOT TARGET hiredis::hiredis)
    find_package(hiredis CONFIG QUIET)
endif()
if(NOT TARGET hiredis::hiredis)
    find_path(WEFT_HIREDIS_INCLUDE_DIR hiredis/async.h)
    find_library(WEFT_HIREDIS_LIBRARY hiredis)
    mark_as_advanced(WEFT_HIREDIS_INCLUDE_DIR WEFT_HIREDIS_LIBRARY)
    if(WEFT_HIREDIS_INCLUDE_DIR AND WEFT_HIREDIS_LIBRARY)
        add_library(hiredis::hiredis UNKNOWN IMPORTED)
        set_target_properties(hiredis::hiredis PROPERTIES
            IMPORTED_LOCATION ${WEFT_HIREDIS_LIBRARY}
            INTERFACE_INCLUDE_DIRECTORIES ${WEFT_HIREDIS_INCLUDE_DIR})
    endif()
endif()
weft_check_library(hiredis TARGET hiredis::hiredis HEADERS hiredis/async.h
    MINIMUM 0.14 VERSION_HEADER hiredis/hiredis.h VERSION HIREDIS_MAJOR HIREDIS_MINOR
    PACKAGES "Debian, Ubuntu: libhiredis-dev")
