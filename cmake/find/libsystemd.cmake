# SPDX-License-Identifier: MIT
# Looks for libsystemd, which has sd-event; defines libsystemd::libsystemd.

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
