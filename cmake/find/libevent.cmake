# SPDX-License-Identifier: MIT
# Looks for libevent 2.1 or later; defines libevent::core, the name that its own CMake package uses
# where it has one.

find_package(Libevent 2.1 CONFIG QUIET COMPONENTS core)
if(NOT TARGET libevent::core)
    find_path(WEFT_LIBEVENT_INCLUDE_DIR event2/visibility.h) # 2.0 has no such header
    find_library(WEFT_LIBEVENT_LIBRARY event_core)
    mark_as_advanced(WEFT_LIBEVENT_INCLUDE_DIR WEFT_LIBEVENT_LIBRARY)
    if(WEFT_LIBEVENT_INCLUDE_DIR AND WEFT_LIBEVENT_LIBRARY)
        add_library(libevent::core UNKNOWN IMPORTED)
        set_target_properties(libevent::core PROPERTIES
            IMPORTED_LOCATION ${WEFT_LIBEVENT_LIBRARY}
            INTERFACE_INCLUDE_DIRECTORIES ${WEFT_LIBEVENT_INCLUDE_DIR})
    endif()
endif()
