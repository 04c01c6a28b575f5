# SPDX-License-Identifier: MIT
# Looks for libevent 2.1 or later; defines libevent::core, the name that its own CMake package uses
# where it has one.

include(${CMAKE_CURRENT_LIST_DIR}/usable_library.cmake)
if(NOT TARGET libevent::core)
    find_package(Libevent 2.1 CONFIG QUIET COMPONENTS core)
endif()
if(NOT TARGET libevent::core)
    find_path(WEFT_LIBEVENT_INCLUDE_DIR event2/event.h)
    find_library(WEFT_LIBEVENT_LIBRARY event_core)
    mark_as_advanced(WEFT_LIBEVENT_INCLUDE_DIR WEFT_LIBEVENT_LIBRARY)
    if(WEFT_LIBEVENT_INCLUDE_DIR AND WEFT_LIBEVENT_LIBRARY)
        add_library(libevent::core UNKNOWN IMPORTED)
        set_target_properties(libevent::core PROPERTIES
            IMPORTED_LOCATION ${WEFT_LIBEVENT_LIBRARY}
            INTERFACE_INCLUDE_DIRECTORIES ${WEFT_LIBEVENT_INCLUDE_DIR})
    endif()
endif()
weft_check_library(libevent TARGET libevent::core HEADERS event2/event.h event2/event_struct.h
    MINIMUM 2.1 VERSION_HEADER event2/event-config.h
    VERSION "EVENT__NUMERIC_VERSION >> 24" "EVENT__NUMERIC_VERSION >> 16 & 0xff"
        "EVENT__NUMERIC_VERSION >> 8 & 0xff"
    PACKAGES "Debian, Ubuntu: libevent-dev")
