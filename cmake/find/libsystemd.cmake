# SPDX-License-Identifier: MIT
# Looks for libsystemd 243 or later, which has sd-event; defines libsystemd::libsystemd.

include(${CMAKE_CURRENT_LIST_DIR}/usable_library.cmake)
if(NOT TARGET libsystemd::libsystemd)
    find_path(WEFT_LIBSYSTEMD_INCLUDE_DIR systemd/sd-event.h)
    find_library(WEFT_LIBSYSTEMD_LIBRARY systemd)
    mark_as_advanced(WEFT_LIBSYSTEMD_INCLUDE_DIR WEFT_LIBSYSTEMD_LIBRARY)
    if(WEFT_LIBSYSTEMD_INCLUDE_DIR AND WEFT_LIBSYSTEMD_LIBRARY)
        add_library(libsystemd::libsystemd UNKNOWN IMPORTED)
        set_target_properties(libsystemd::libsystemd PROPERTIES
            IMPORTED_LOCATION ${WEFT_LIBSYSTEMD_LIBRARY}
            INTERFACE_INCLUDE_DIRECTORIES ${WEFT_LIBSYSTEMD_INCLUDE_DIR})
    endif()
endif()
weft_check_library(libsystemd TARGET libsystemd::libsystemd HEADERS systemd/sd-event.h
    MINIMUM 243 DECLARES sd_event_source_disable_unref
    PACKAGES "Debian, Ubuntu: libsystemd-dev")
